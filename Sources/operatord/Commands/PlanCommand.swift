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
        discussion: """
            With --against the files may be a checkout that is not in force, such as a pull request's: the plan is what \
            they would change in the installation of that other stack.yaml. Exit code 0: nothing to do. 2: changes. \
            1: the files are bad or the world could not be read, so there is no plan.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Option(help: "Path of the running installation's stack.yaml or its folder.") var against: String?
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let running = against.map(ConfigurationOptions.files)
        var configuration = try options.load(requiringSecrets: false, asCommitFor: running)
        if let running {
            let live = try StartConfiguration(running, requiringSecrets: false)
            let kept = StartSettings.keep(live.configuration.stack, in: &configuration.stack)
            // Neither side has its secrets here, so of those nothing can be said; and a checkout has its own page.
            for key in kept where !key.hasPrefix("auth.") && key != "paths.frontend" {
                FileHandle.standardError.write(Data("\(key) differs; it would need a restart.\n".utf8))
            }
        }
        let world = try await World.read(
            configuration, environment: options.files.environment, isApproved: await isApproved(configuration))
        let plan = world.plan()
        switch output {
        case .text: print(plan.listing)
        case .json: print(try plan.json)
        }
        if !plan.isEmpty || plan.held.contains(where: \.isChange) { throw ExitCode(2) }
    }

    /// Whether the change in force is approved; one that is not in force never is.
    private func isApproved(_ configuration: Configuration) async -> Bool {
        guard against == nil else { return false }
        return (try? await ControlClient(dataRoot: configuration.stack.paths.dataRoot).status())?.isApproved == true
    }
}

extension Hold {
    /// Whether it waits for approval or for its turn, so that there is something to do.
    fileprivate var isChange: Bool {
        switch reason {
        case .safetyShare, .turn: true
        case .backoff, .crashLoop, .draining, .blocked, .userLimit: false
        }
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
