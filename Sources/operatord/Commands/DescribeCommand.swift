import ArgumentParser
import Foundation
import Spec

/// Everything that is known of one runner.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show a runner: what it should be, what it is, why, and what happened to it."
    )

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "As user/backend.") var runner: RunnerArgument
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    private struct Report: Encodable {
        var row: World.Row
        /// nil while no operatord runs, or none is told of.
        var live: ControlClient.Status.Runner?
        /// Field to what it is made from, as far as it may be shown.
        var spec: [String: String]
        var events: [ControlClient.Event]
    }

    func run() async throws {
        let start = try options.start(requiringSecrets: false)
        let world = try await World.read(start.configuration, environment: options.files.environment)
        let control = ControlClient(dataRoot: start.configuration.stack.paths.dataRoot)
        guard let row = world.rows().first(where: { $0.runner == runner.id.description }) else {
            throw ControlClient.Refused(description: "\(runner.id) is not wanted, and there is no container of it.")
        }
        let report = Report(
            row: row, live: try? await control.status().runners.first { $0.runner == row.runner },
            spec: world.spec(of: runner.id), events: (try? await control.events(of: runner)) ?? [])
        switch output {
        case .text: print(Self.text(report))
        case .json: print(try JSONEncoder.forPeople.text(report))
        }
    }

    private static func text(_ report: Report) -> String {
        let row = report.row
        var lines = [
            "Runner:     \(row.runner)", "Container:  \(row.container ?? "none"), \(row.state)",
            "Wanted:     \(row.wanted)", "Next:       \(row.next)",
        ]
        if let live = report.live {
            lines += ["Phase:      \(live.phase)"]
            lines += ["Held by:    \(live.heldBy.isEmpty ? "nothing" : live.heldBy.joined(separator: ", "))"]
            lines += ["Stops at:   \(live.stopsAt ?? "never, or not running")"]
            lines += ["", "Conditions"]
            lines += live.conditions.map { "  \($0.type) is \($0.status), \($0.reason ?? ""): \($0.message)" }
        } else {
            lines.append("Phase:      not known: no operatord serve tells of it")
        }
        lines += ["", "Made from"] + report.spec.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        lines += ["", "Events, newest first"] + report.events.map { "  \($0.time)  \($0.reason): \($0.message)" }
        return lines.joined(separator: "\n")
    }
}
