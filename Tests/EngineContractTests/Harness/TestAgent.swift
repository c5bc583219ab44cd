import Foundation
import Spec

/// A small static program in an image from scratch, so that no registry is needed: prints its `-p` lines, then exits
/// with its `-x` code or waits for a stop signal, which `-d` makes it ignore.
enum TestAgent {
    private static let source = """
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>

        static void leave(int signal) { _exit(0); }

        int main(int count, char **arguments) {
            signal(SIGTERM, leave);
            for (int i = 1; i < count; i++) {
                if (!strcmp(arguments[i], "-d")) signal(SIGTERM, SIG_IGN);
                if (!strcmp(arguments[i], "-p")) { puts(arguments[++i]); fflush(stdout); }
                if (!strcmp(arguments[i], "-x")) return atoi(arguments[++i]);
            }
            for (;;) pause();
        }
        """

    static func command(_ behaviour: AgentBehaviour) -> [String] {
        behaviour.prints.flatMap { ["-p", $0] } + (behaviour.ignoresStop ? ["-d"] : [])
            + (behaviour.exitCode.map { ["-x", String($0)] } ?? [])
    }

    /// Builds the program and imports it as `<name>:latest`.
    static func image(named name: String) async throws(EngineError) -> String {
        do {
            let folder = FileManager.default.temporaryDirectory.appending(path: name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            try source.write(to: folder.appending(path: "agent.c"), atomically: true, encoding: .utf8)
            let build = """
                cd '\(folder.path)' && cc -static -O1 -o agent agent.c \
                && tar c agent | docker import -c 'ENTRYPOINT ["/agent"]' - \(name):latest
                """
            try await Command.run("sh", "-c", build)
            return "\(name):latest"
        } catch {
            throw .unreachable("the test image cannot be built: \(error)")
        }
    }
}
