import ArgumentParser
import Foundation
import Spec

struct CreateBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Write a backup of one moment, also while `serve` runs.",
        discussion: """
            The file holds the keys to every sealed value, so it gets mode 0600: keep it as safe as the data root. \
            stack.yaml, backends.json, seeds and the environment are not in it.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "A folder, or the path of the file to make.", completion: .file()) var place: String
    @Flag(help: "With every user's home. Files that agents change meanwhile may be of different moments.")
    var homes = false
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let stack = try options.load(requiringSecrets: false).stack
        let creation = BackupCreation(root: DataRoot(paths: stack.paths), instance: stack.instance, withHomes: homes)
        let made = try await creation.run(to: place, now: Date())
        switch output {
        case .text:
            print("\(made.file): \(made.bytes) bytes, installation \(made.manifest.installation)")
            for warning in made.warnings { print("warning: \(warning)") }
            print("It holds the keys to every sealed value: keep it as safe as the data root.")
        case .json: print(try JSONEncoder.forBackups.text(made))
        }
    }
}

extension JSONEncoder {
    /// As for people, with dates as in the manifest.
    static var forBackups: JSONEncoder {
        let encoder = JSONEncoder.forPeople
        encoder.dateEncodingStrategy = .iso8601
        return encoder
    }
}
