import ArgumentParser
import Foundation
import Spec

/// What a runner says.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show the last lines of a runner's container, without its secrets.")

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "As user/backend.") var runner: RunnerArgument
    @Option(help: "Lines, at most 2,000; 1,000 with --follow.") var tail: Int = 200
    @Flag(help: "Of the last container that failed or died, at most 50 lines.") var previous = false
    @Flag(
        name: .shortAndLong,
        help: "Go on with each line that comes, also of the containers that come after this one, until interrupted.")
    var follow = false

    func validate() throws {
        guard follow, previous else { return }
        throw ValidationError("What is gone cannot be followed: leave out --previous or --follow.")
    }

    func run() async throws {
        let control = try options.control()
        guard follow else {
            let lines =
                previous
                ? try await control.events(of: runner).first { !$0.logTail.isEmpty }?.logTail ?? []
                : try await control.log(of: runner, tail: tail)
            for line in lines { print(line) }
            return
        }
        guard try await control.status().runners.contains(where: { $0.runner == runner.id.description }) else {
            throw ControlClient.Refused(description: "\(runner.id) is not wanted, and there is no container of it.")
        }
        try await control.follow(runner, tail: tail) { event in
            // In the place of the lines, so that it is missed by nobody who reads what is around them.
            if let count = event.leftOut { Self.tell("… \(count) lines left out: read too slowly") }
            // Which container it is stands apart from what the containers say.
            if let container = event.container { Self.note("--- \(container)") }
            if let line = event.line { Self.tell(line) }
        }
        throw ControlClient.Refused(description: "operatord ended; the log is followed no further.")
    }

    private static func tell(_ line: String) {
        print(line)
        fflush(nil)
    }

    private static func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
