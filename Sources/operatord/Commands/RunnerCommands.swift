import ArgumentParser
import Foundation
import Spec

/// Makes a runner's container anew.
struct RecycleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recycle", abstract: "Make a runner's container anew, after its requests have ended.")

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "As user/backend.") var runner: RunnerArgument

    func run() async throws {
        let isWanted = try await options.control().change(runner, "recycle")
        print(isWanted ? "\(runner.id) is made anew." : "\(runner.id) is not wanted: there is nothing to make anew.")
    }
}

/// Stops a runner and keeps it stopped.
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Stop a runner at once and keep it stopped until it is resumed.")

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "As user/backend.") var runner: RunnerArgument
    @Option(help: "What its user is told.") var reason: String?

    func run() async throws {
        let body = reason.map { ["reason": $0] } ?? [:]
        let hasChanged = try await options.control().change(runner, "suspend", body: body)
        print("\(runner.id) is suspended\(hasChanged ? "" : " already").")
    }
}

/// Ends a suspension.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a suspended runner start again.")

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "As user/backend.") var runner: RunnerArgument

    func run() async throws {
        let hasChanged = try await options.control().change(runner, "resume")
        print(hasChanged ? "\(runner.id) may start again." : "\(runner.id) is not suspended.")
    }
}

/// Waits until a runner, or every runner, is as the files and the users want it.
struct WaitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until a runner, or all of them, are as the files and the users want them.",
        discussion: """
            While a change goes in waves, its progress is told on standard error. Exit code 0: they are. 1: not in time, \
            one cannot be, or the files are bad.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "As user/backend; without it, all.") var runner: RunnerArgument?
    @Option(help: "Seconds.") var timeout: Int = 120

    func run() async throws {
        let control = try options.control()
        let deadline = ContinuousClock.now + .seconds(timeout)
        var status = try await control.reconcile(approve: false).status
        var shown: WaveProgress?
        if status.hasBadFiles {
            throw ControlClient.Refused(description: "The files are bad, see operatord status; nothing to wait for.")
        }
        while true {
            let runners = status.runners.filter { runner == nil || $0.runner == runner?.id.description }
            if let stalled = runners.first(where: { $0.has("Stalled") }) {
                throw ControlClient.Refused(description: "\(stalled.runner): \(stalled.message("Stalled"))")
            }
            let late = runners.filter { $0.has("Reconciling") }
            if late.isEmpty {
                print(outcome(runners))
                return
            }
            if runner == nil, let wave = status.wave, wave != shown {
                FileHandle.standardError.write(Data("\(wave)\n".utf8))
                shown = wave
            }
            guard ContinuousClock.now < deadline else {
                let reasons = late.map { "\($0.runner): \($0.message("Reconciling"))" }.joined(separator: "\n")
                throw ControlClient.Refused(description: "Not within \(timeout) s:\n\(reasons)")
            }
            try await Task.sleep(for: .milliseconds(100))
            status = try await control.status()
        }
    }

    private func outcome(_ runners: [ControlClient.Status.Runner]) -> String {
        switch runners.count {
        case 0:
            "\(runner.map { "\($0.id) does not exist and is not coming" } ?? "There are no runners"): "
                + "nothing to wait for."
        case 1: "\(runners[0].runner) is \(runners[0].phase)."
        default: "All \(runners.count) runners are as wanted."
        }
    }
}

extension ControlClient.Status.Runner {
    fileprivate func has(_ type: String) -> Bool { conditions.contains { $0.type == type && $0.status == "True" } }

    fileprivate func message(_ type: String) -> String { conditions.first { $0.type == type }?.message ?? "" }
}
