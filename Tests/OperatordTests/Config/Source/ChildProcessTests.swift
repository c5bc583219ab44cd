import Foundation
import Testing

@testable import operatord

@Suite struct ChildProcessTests {
    private static let path = ["PATH": "/usr/bin:/bin"]

    private func shell(
        _ script: String, environment: [String: String] = path, deadline: Duration = .seconds(20),
        maxOutput: Int = 1 << 20
    ) async throws -> ChildProcess.Ended {
        try await ChildProcess.run(
            "sh", ["-c", script], environment: environment, deadline: deadline, maxOutput: maxOutput)
    }

    @Test func outputErrorsAndExitCodeAreKeptApart() async throws {
        let ended = try await shell("echo out; echo err >&2; exit 3")
        #expect(String(decoding: ended.output, as: UTF8.self) == "out\n")
        #expect(String(decoding: ended.errors, as: UTF8.self) == "err\n")
        #expect(ended.status == 3)
        #expect(try await shell("kill -9 $$").status == 137)
    }

    @Test func itGetsTheseVariablesAloneAndNoOpenFile() async throws {
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        // dup clears close-on-exec, so that only the closing in between keeps it from the program.
        let ended = try await shell(
            "env | cut -d= -f1 | sort; ls /proc/self/fd", environment: ["PATH": "/usr/bin:/bin", "ONE": "1"])
        let lines = String(decoding: ended.output, as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(
            lines.filter { Int($0) == nil && $0 != "PWD" && $0 != "_" && $0 != "OLDPWD" && $0 != "SHLVL" } == [
                "ONE", "PATH",
            ])
        // 0, 1, 2 and the folder that ls itself reads.
        #expect(lines.compactMap { Int($0) } == [0, 1, 2, 3])
    }

    @Test func theDeadlineEndsTheWholeGroup() async throws {
        let folder = try TemporaryFolder()
        let start = ContinuousClock.now
        await #expect(throws: ChildProcess.Failure.self) {
            try await shell("sleep 60 & echo $! > \(folder.path)/pid; wait", deadline: .milliseconds(500))
        }
        #expect(start.duration(to: .now) < .seconds(20))
        let pid = try #require(Int32(folder.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
        // Killed, and reaped by whoever adopted it: at most a zombie for a moment.
        for _ in 0..<200 where kill(pid, 0) == 0 && !Self.isZombie(pid) { try await Task.sleep(for: .milliseconds(50)) }
        #expect(kill(pid, 0) != 0 || Self.isZombie(pid))
    }

    @Test func aTalkativeProgramIsEnded() async throws {
        await #expect(throws: ChildProcess.Failure.self) { try await shell("yes", maxOutput: 100_000) }
    }

    @Test func cancellingEndsIt() async throws {
        let start = ContinuousClock.now
        let task = Task { try await shell("sleep 60", deadline: .seconds(60)) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: ChildProcess.Failure.self) { try await task.value }
        #expect(start.duration(to: .now) < .seconds(30))
    }

    @Test func whoKeepsThePipesOpenIsNotWaitedFor() async throws {
        let start = ContinuousClock.now
        let ended = try await shell("sleep 30 & echo done")
        #expect(String(decoding: ended.output, as: UTF8.self) == "done\n")
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test func aProgramThatIsNotThereIsNamed() async {
        await #expect {
            try await ChildProcess.run("no-such-program", [], environment: [:], deadline: .seconds(5))
        } throws: { "\($0)".contains("no-such-program cannot be started: No such file") }
    }

    private static func isZombie(_ pid: Int32) -> Bool {
        (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") ?? true
    }
}
