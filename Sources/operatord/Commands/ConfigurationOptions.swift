import ArgumentParser
import Foundation
import Spec

/// Where the configuration is; shared by every command.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: "Path of stack.yaml. Default: ./stack.yaml when it exists, else the environment alone.")
    var config: String?

    var files: ConfigurationFiles {
        let directory = FileManager.default.currentDirectoryPath
        let path = config ?? (FileManager.default.fileExists(atPath: "stack.yaml") ? "stack.yaml" : nil)
        return ConfigurationFiles(
            stackFile: path.map { $0.hasPrefix("/") ? $0 : directory + "/" + $0 },
            environment: ProcessInfo.processInfo.environment, workingDirectory: directory
        )
    }

    /// The configuration, or every problem on standard error and exit code 1.
    func load(requiringSecrets: Bool) throws -> Configuration {
        try explaining { () throws(ConfigInvalid) in try files.load(requiringSecrets: requiringSecrets) }
    }

    /// What `serve` starts on, or every problem on standard error and exit code 1.
    func start() throws -> StartConfiguration {
        try explaining { () throws(ConfigInvalid) in try StartConfiguration(files) }
    }

    private func explaining<Value>(_ body: () throws(ConfigInvalid) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            let count = error.problems.count
            FileHandle.standardError.write(
                Data("\(error)\n\(count) \(count == 1 ? "problem" : "problems") in the configuration.\n".utf8)
            )
            throw ExitCode.failure
        }
    }
}
