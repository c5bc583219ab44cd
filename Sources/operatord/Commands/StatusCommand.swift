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
        let world = try await World.read(options.load(requiringSecrets: false), environment: options.files.environment)
        let rows = world.rows()
        switch output {
        case .text: print(Self.table(rows))
        case .json: print(try JSONEncoder.forPeople.text(rows))
        }
    }

    static func table(_ rows: [World.Row]) -> String {
        guard !rows.isEmpty else { return "No runner is wanted and none exists." }
        let cells =
            [["RUNNER", "CONTAINER", "STATE", "WANTED", "NEXT"]]
            + rows.map { [$0.runner, $0.container ?? "-", $0.state, $0.wanted, $0.next] }
        return TextTable(cells).description
    }
}
