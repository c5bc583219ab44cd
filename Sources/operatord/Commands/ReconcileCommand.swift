import ArgumentParser
import Foundation
import Spec

/// Asks the running operatord to read its files and to look at the world now.
struct ReconcileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Have the running operatord read its files and act on them now.",
        discussion: """
            A change of the files that takes away more running runners than reconcile.safetyShare allows is held until \
            it is approved. Exit code 0: done. 1: failed, or the files are bad. 2: a change waits for approval.
            """
    )

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Carry out what is held because it touches too many runners.") var approve = false

    func run() async throws {
        let outcome = try await options.control().reconcile(approve: approve)
        for condition in outcome.status.conditions { print("\(condition.type): \(condition.message)") }
        switch (outcome.held, approve) {
        case (0, _):
            print("Configuration \(outcome.status.revision) is in force. Nothing waits for approval.")
        case (let held, true):
            print("Approved: the change of \(Self.runners(held)) is carried out.")
        case (let held, false):
            let wait = "\(Self.runners(held)) \(held == 1 ? "waits" : "wait")"
            print("\(wait): see operatord plan, then operatord reconcile --approve.")
            throw ExitCode(2)
        }
        if outcome.status.hasBadFiles { throw ExitCode.failure }
    }

    private static func runners(_ count: Int) -> String { "\(count) runner\(count == 1 ? "" : "s")" }
}
