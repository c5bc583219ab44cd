import ArgumentParser
import Foundation
import Spec

struct RestoreBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup into the data root that stack.yaml names.",
        discussion: """
            `serve` must not run on it. Checks the backup first. Cut off at any moment, nothing is half: the next restore \
            or the next `serve` completes it, or nothing was changed. The installation stays the same one, so stop the \
            operatord that the backup was made of before this one is started.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "The backup.", completion: .file()) var file: String
    @Flag(help: "Move aside what is in the data root; nothing is deleted.") var force = false
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let stack = try options.load(requiringSecrets: false).stack
        let restoration = Restoration(root: DataRoot(paths: stack.paths), force: force)
        let done = try await restoration.run(file, now: Date())
        switch output {
        case .text:
            if done.completedEarlier { print("An earlier restore of this backup was cut off; it is complete now.") }
            print("restored installation \(done.installation): \(done.restored.joined(separator: ", "))")
            for path in done.movedAside { print("moved aside: \(path)") }
        case .json: print(try JSONEncoder.forPeople.text(done))
        }
    }
}
