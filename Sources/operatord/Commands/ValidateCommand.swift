import ArgumentParser
import Spec

/// Reads everything that `serve` would and says what is wrong with it. Touches neither daemon nor database.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check stack.yaml, backends.json, seeds and environment; report every problem with its remedy."
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.load(requiringSecrets: true)
        let names = configuration.backends.map(\.name).joined(separator: ", ")
        let count = configuration.backends.count
        print("Valid. \(count) \(count == 1 ? "backend" : "backends"): \(names).")
    }
}
