import ArgumentParser
import Foundation
import Spec

/// Lists the runners that are wanted or exist, from rows and one list call; works whether or not `serve` runs.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "List the runners that are wanted or exist."
    )

    @OptionGroup var options: ConfigurationOptions
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let start = try options.start(requiringSecrets: false)
        let world = try await World.read(start.configuration, environment: options.files.environment)
        let report = Report(conditions: await conditions(start), runners: world.rows())
        switch output {
        case .text:
            for condition in report.conditions { print("\(condition.type): \(condition.message)\n") }
            print(Self.table(report.runners))
        case .json: print(try JSONEncoder.forPeople.text(report))
        }
    }

    private struct Report: Encodable {
        var conditions: [ControlClient.Status.Condition]
        var runners: [World.Row]
    }

    /// The running operatord's; without one, what the files themselves show.
    private func conditions(_ start: StartConfiguration) async -> [ControlClient.Status.Condition] {
        let control = ControlClient(dataRoot: start.configuration.stack.paths.dataRoot)
        if let status = try? await control.status() { return status.conditions }
        let stopped = ControlClient.Status.Condition(
            type: "NotRunning", status: "True", message: "No operatord serve answers on this data root.")
        let rejected = start.rejected.map {
            ControlClient.Status.Condition(type: "ConfigInvalid", status: "True", message: $0.description)
        }
        return [stopped] + (rejected.map { [$0] } ?? [])
    }

    static func table(_ rows: [World.Row]) -> String {
        guard !rows.isEmpty else { return "No runner is wanted and none exists." }
        let cells =
            [["RUNNER", "CONTAINER", "STATE", "WANTED", "NEXT"]]
            + rows.map { [$0.runner, $0.container ?? "-", $0.state, $0.wanted, $0.next] }
        return TextTable(cells).description
    }
}
