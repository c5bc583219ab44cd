import ArgumentParser

/// The command line. Exit codes: 0 done, 1 failed, 2 `plan` found changes or `doctor` warnings, 64 wrong usage.
@main
struct Operatord: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "operatord",
        abstract: "One Docker container per user and agent, behind one OpenAI-compatible API.",
        version: version,
        subcommands: [
            ServeCommand.self, ValidateCommand.self, PlanCommand.self, StatusCommand.self, ReconcileCommand.self,
            WaitCommand.self, RecycleCommand.self, SuspendCommand.self, ResumeCommand.self, UsersCommand.self,
            TokensCommand.self, GetCommand.self, DescribeCommand.self, LogsCommand.self, ImportCommand.self,
            DoctorCommand.self, PullCommand.self, BackupCommand.self, KeysCommand.self,
        ]
    )
}
