import ArgumentParser
import DockerEngine
import Foundation
import Logging
import Reconciler
import Spec
import Store

/// Prints what the next pass would do. Holds no lane and no executor, so it cannot do it.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what the next pass would do, with the cause of each step.",
        discussion: "Exit code 0: nothing to do. 2: changes. 1: the world could not be read, so there is no plan."
    )

    @OptionGroup var options: ConfigurationOptions
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let world = try await World.read(options.load(requiringSecrets: false), environment: options.files.environment)
        let plan = world.plan()
        switch output {
        case .text: print(Self.text(of: plan))
        case .json: print(try plan.json)
        }
        if !plan.isEmpty { throw ExitCode(2) }
    }

    static func text(of plan: Plan) -> String {
        let lines = plan.lanes.map(\.description) + plan.held.map(\.description)
        return lines.isEmpty ? "Nothing to do." : lines.joined(separator: "\n")
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
