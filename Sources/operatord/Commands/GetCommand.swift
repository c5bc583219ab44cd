import ArgumentParser
import Foundation
import Spec

/// The runners as the running operatord sees them, for scripts: one line or one object each.
struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show runners as the running operatord sees them: phase, container, when it stops, what is wrong.",
        discussion: "Exit code 1 when a runner that is named is not there. `describe` says everything about one."
    )

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "As user/backend; without any, all.") var runners: [RunnerArgument] = []
    @Option(name: .shortAndLong, help: "text or json; json is one object when one runner is named, else a list.")
    var output: OutputFormat = .text

    func run() async throws {
        let all = try await options.control().status().runners
        let found =
            runners.isEmpty
            ? all
            : try runners.map { wanted in
                guard let runner = all.first(where: { $0.runner == wanted.id.description }) else {
                    throw ControlClient.Refused(
                        description: "\(wanted.id) is not wanted, and there is no container of it.")
                }
                return runner
            }
        switch output {
        case .text: print(Self.table(found))
        case .json where runners.count == 1: print(try JSONEncoder.forPeople.text(found[0]))
        case .json: print(try JSONEncoder.forPeople.text(found))
        }
    }

    private static func table(_ runners: [ControlClient.Status.Runner]) -> String {
        let rows = runners.map { runner in
            [
                runner.runner, runner.phase, runner.container ?? "-",
                runner.heldBy.isEmpty ? runner.stopsAt ?? "-" : "in use: \(runner.heldBy.joined(separator: ", "))",
                runner.failure.map { "\($0.reason): \($0.message)" } ?? "-",
            ]
        }
        return TextTable([["RUNNER", "PHASE", "CONTAINER", "STOPS AT", "FAILURE"]] + rows).description
    }
}
