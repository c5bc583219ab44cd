import Logging
import ServiceLifecycle
import Spec
import Store
import Synchronization

/// Deletes accounts while the operator runs: those that somebody asks for, and at the start those that an earlier
/// process, or the command line, has only marked.
final class AccountRemoval: AccountRemoving, Service {
    private typealias Outcome = Result<RemovedAccount?, any Error>

    private struct State {
        /// Deletions at work, with those who wait for them.
        var waiting: [UserID: [CheckedContinuation<Outcome, Never>]] = [:]
        var isOver = false
    }

    /// Between two attempts.
    private static let pause = Duration.seconds(5)

    private let store: Store
    private let deletion: AccountDeletion
    private let clock: any WallClock
    private let logger: Logger
    private let state = Mutex(State())
    private let (begun, begin) = AsyncStream.makeStream(of: UserID.self)

    init(store: Store, deletion: AccountDeletion, clock: any WallClock, logger: Logger) {
        self.store = store
        self.deletion = deletion
        self.clock = clock
        self.logger = logger
    }

    func removeAccount(_ id: UserID, home: HomeFate) async throws -> RemovedAccount? {
        guard try await store.beginDeletion(of: id, home: home) != nil else { return nil }
        return try await withCheckedContinuation { waiter in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiting[id, default: []].append(waiter) }
                return state.isOver
            }
            if isOver { waiter.resume(returning: .failure(GateError.shuttingDown)) } else { begin.yield(id) }
        }.get()
    }

    /// Goes on with every deletion that is marked in the rows.
    func takeUpMarked() async {
        do {
            for marked in try await store.deletions() { begin.yield(marked.account.id) }
        } catch {
            logger.error("accounts that are being deleted cannot be read", metadata: ["error": "\(error)"])
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.takeUpMarked()
            await withDiscardingTaskGroup { group in
                var atWork: Set<UserID> = []
                for await id in self.begun where atWork.insert(id).inserted {
                    group.addTask { await self.finish(id) }
                }
            }
        }
        let waiters = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [:] }
            return state.waiting.values.flatMap { $0 }
        }
        for waiter in waiters { waiter.resume(returning: .failure(GateError.shuttingDown)) }
    }

    /// Tries until it is done. Who waits is told of the first failure; the deletion goes on.
    private func finish(_ id: UserID) async {
        while !Task.isCancelled {
            do {
                let removed = try await deletion.finish(id)
                if let removed {
                    logger.notice("account deleted", metadata: ["user": "\(id)", "home": "\(removed.home)"])
                }
                return answer(id, .success(removed))
            } catch {
                logger.warning("account not deleted yet", metadata: ["user": "\(id)", "error": "\(error)"])
                answer(id, .failure(error))
            }
            try? await clock.sleep(for: Self.pause)
        }
    }

    private func answer(_ id: UserID, _ outcome: Outcome) {
        for waiter in state.withLock({ $0.waiting.removeValue(forKey: id) }) ?? [] { waiter.resume(returning: outcome) }
    }
}
