import ArgumentParser
import DockerEngine
import Foundation
import Logging
import Spec
import Store

/// Deletes an account. The mark in the rows is all that a running `serve` needs; without one the steps are done here,
/// under the lock that keeps a `serve` from starting in between.
struct DeleteUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete an account with its runners, conversations and tokens.",
        discussion: "The home folder is kept unless --remove-home is given; nobody else ever gets it."
    )

    /// How long a running operator is waited for.
    private static let patience = Duration.seconds(120)

    @OptionGroup var options: ConfigurationOptions
    @Argument(help: "E-mail address, slug or id.") var user: String
    @Flag(help: "Remove the home folder too.") var removeHome = false

    func run() async throws {
        let configuration = try options.load(requiringSecrets: false)
        let stack = configuration.stack
        try await options.withStore { store in
            let account = try store.account(called: user)
            // Taken before the mark, so that nobody starts to work on it beside us.
            let lock: DataRootLock?
            do throws(DataRootLock.Failure) {
                lock = try DataRootLock(dataRoot: stack.paths.dataRoot)
            } catch {
                guard case .held = error else { throw error }
                lock = nil
            }
            _ = try await store.beginDeletion(of: account.id, home: removeHome ? .remove : .keep)
            if let lock {
                try await finish(account, store, stack)
                withExtendedLifetime(lock) {}
            } else {
                try await waitForServe(account, store)
            }
        }
    }

    private func finish(_ account: Account, _ store: Store, _ stack: StackSpec) async throws {
        let engine = DockerEngine(
            configuration: .init(stack, installation: store.installationID),
            logger: Logger(label: "operatord") { _ in SwiftLogNoOpLogHandler() })
        let deletion = AccountDeletion(
            store: store, homes: HomeWriter(usersRoot: stack.paths.usersDirectory),
            clearRunners: RunnerClearing.at(engine))
        let outcome = await Result.catching { try await deletion.finish(account.id) }
        await engine.shutdown()
        guard let removed = try outcome.get() else { return }
        print("Deleted \(account.email): \(removed.summary).")
    }

    private func waitForServe(_ account: Account, _ store: Store) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while try await store.accountOverview(account.id) != nil {
            guard ContinuousClock.now < deadline else {
                print("\(account.email) is disabled; the running operatord deletes it as soon as its runners are gone.")
                return
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        print("Deleted \(account.email) (by the running operatord).")
    }
}

extension Result where Failure == any Error {
    fileprivate static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

extension RemovedAccount {
    fileprivate var summary: String {
        "\(runners) runners, \(owned.conversations) conversations with \(owned.messages) messages, "
            + "\(owned.tokens) tokens; home \(home == .none ? "there was none" : home.rawValue)"
    }
}
