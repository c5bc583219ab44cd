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
        let status = try? await ControlClient(dataRoot: start.configuration.stack.paths.dataRoot).status()
        let world = try await World.read(
            start.configuration, environment: options.files.environment, isApproved: status?.isApproved == true)
        let report = Report(
            conditions: status?.conditions ?? Self.conditions(start), source: status?.source ?? Self.source(start),
            wave: status?.wave, runners: world.rows())
        switch output {
        case .text:
            if let source = report.source { print(Self.text(of: source) + "\n") }
            for condition in report.conditions { print("\(condition.type): \(condition.message)\n") }
            if let wave = report.wave { print("Wave: \(wave)\n") }
            print(Self.table(report.runners))
        case .json: print(try JSONEncoder.forPeople.text(report))
        }
    }

    private struct Report: Encodable {
        var conditions: [ControlClient.Status.Condition]
        var source: ControlClient.Status.Source?
        /// nil while nothing is being recreated.
        var wave: WaveProgress?
        var runners: [World.Row]
    }

    /// What the files themselves show, while no operatord runs.
    private static func conditions(_ start: StartConfiguration) -> [ControlClient.Status.Condition] {
        let stopped = ControlClient.Status.Condition(
            type: "NotRunning", status: "True", message: "No operatord serve answers on this data root.")
        let rejected = start.rejected.map {
            ControlClient.Status.Condition(type: "ConfigInvalid", status: "True", message: $0.description)
        }
        return [stopped] + (rejected.map { [$0] } ?? [])
    }

    private static func source(_ start: StartConfiguration) -> ControlClient.Status.Source? {
        guard let source = start.configuration.stack.source else { return nil }
        let newest = start.seen.checkout?.commit
        return ControlClient.Status.Source(
            url: source.shownURL, ref: source.ref, applied: start.applied.map(ControlClient.Status.Source.Commit.init),
            pending: newest == start.applied ? nil : newest.map(ControlClient.Status.Source.Commit.init),
            lookedAt: nil, reachable: true)
    }

    /// `Source: main of https://…, applied 1a2b3c4d5e6f "Use the large model"`, and what is pending.
    static func text(of source: ControlClient.Status.Source) -> String {
        func shown(_ commit: ControlClient.Status.Source.Commit?) -> String {
            commit.map { "\($0.id.prefix(12)) \"\($0.subject)\"" } ?? "nothing"
        }
        let pending = source.pending.map { _ in "; pending: \(shown(source.pending))" } ?? ""
        return "Source: \(source.ref) of \(source.url ?? "?"), applied: \(shown(source.applied))\(pending)"
    }

    static func table(_ rows: [World.Row]) -> String {
        guard !rows.isEmpty else { return "No runner is wanted and none exists." }
        let cells =
            [["RUNNER", "CONTAINER", "STATE", "WANTED", "NEXT"]]
            + rows.map { [$0.runner, $0.container ?? "-", $0.state, $0.wanted, $0.next] }
        return TextTable(cells).description
    }
}

extension ControlClient.Status.Source.Commit {
    fileprivate init(_ commit: SourceCommit) {
        self.init(id: commit.id, subject: commit.subject, committedAt: commit.committedAt.description)
    }
}
