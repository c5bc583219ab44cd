import ArgumentParser
import Foundation
import Glibc

struct VerifyBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that a backup is whole and that this version can restore it.",
        discussion: """
            Compares sizes and digests, has SQLite check the database, opens every sealed upstream value with the keys \
            and looks whether the schema is known. Needs no configuration. Exit codes: 0 whole, 1 not.
            """
    )

    @Argument(help: "The backup.", completion: .file()) var file: String
    @Option(name: .shortAndLong, help: "text or json.") var output: OutputFormat = .text

    func run() async throws {
        let result = try BackupVerification(file)
        switch output {
        case .text:
            if let manifest = result.manifest, result.ok {
                print(
                    "\(file): whole; installation \(manifest.installation), made \(manifest.createdAt.formatted(.iso8601)) "
                        + "by operatord \(manifest.operatord)\(manifest.hasHomes ? ", with homes" : "")")
            }
            for problem in result.problems { print("\(file): \(problem.place): \(problem.message)") }
        case .json: print(try JSONEncoder.forBackups.text(result))
        }
        guard result.ok else { throw ExitCode.failure }
    }
}
