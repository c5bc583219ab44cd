import ArgumentParser
import Foundation

/// Has the running operatord pull images, and waits.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Pull a backend's image, or every backend's, and show how it goes.",
        discussion: """
            Runners that were made from another image of that name follow, as engine.onDigestChange says. Images whose pull \
            policy is never are left out. Exit code 0: all were fetched; 1: one was not.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "The backend's name; without it, all.") var backend: String?

    func run() async throws {
        let control = try options.control()
        var names = [backend].compactMap(\.self)
        if names.isEmpty { names = try await control.images().filter { $0.pullPolicy != "never" }.map(\.name) }
        for name in names { try await control.pull(name) }
        guard !names.isEmpty else { return print("No image is pulled: every backend's pull policy is never.") }
        var told: [String: String] = [:]
        while true {
            let images = try await control.images().filter { names.contains($0.name) }
            for image in images where told[image.name] != image.line {
                told[image.name] = image.line
                print(image.line)
            }
            guard images.contains(where: { $0.pull != nil }) else {
                if images.contains(where: { $0.lastPull?.problem != nil }) { throw ExitCode(1) }
                return
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }
}

extension ControlClient.BackendImage {
    /// `demo: registry.example.com/demo:1 12 of 40 MB`.
    fileprivate var line: String {
        if let pull {
            let share =
                pull.totalBytes > 0
                ? "\(pull.bytes / 1_000_000) of \(pull.totalBytes / 1_000_000) MB"
                : "\(pull.layersDone) of \(pull.layers) layers"
            return "\(name): \(image) \(share)"
        }
        if let problem = lastPull?.problem { return "\(name): \(image) failed: \(problem)" }
        return "\(name): \(image) is here (\(imageId?.prefix(19) ?? "unknown"))"
    }
}
