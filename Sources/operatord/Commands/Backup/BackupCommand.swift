import ArgumentParser

/// Saves what an installation knows, and brings it back.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Save the database, the keys and the homes; check and restore what was saved.",
        subcommands: [CreateBackupCommand.self, VerifyBackupCommand.self, RestoreBackupCommand.self]
    )
}
