import Spec
import Synchronization

/// Which runners' statuses changed, for whoever watches. What is not taken yet is one set, so a slow watcher costs no
/// more than a name per runner.
final class StatusChanges: Sendable {
    private final class Watcher: Sendable {
        let wakes: AsyncStream<Void>
        private let wake: AsyncStream<Void>.Continuation
        private let pending = Mutex<Set<RunnerID>>([])

        init() { (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

        func add(_ ids: some Sequence<RunnerID>) {
            pending.withLock { $0.formUnion(ids) }
            wake.yield()
        }

        func take() -> Set<RunnerID> {
            pending.withLock { pending in
                defer { pending = [] }
                return pending
            }
        }

        /// nil when the task is cancelled.
        func next() async -> Set<RunnerID>? {
            for await _ in wakes {
                let taken = take()
                if !taken.isEmpty { return taken }
            }
            return nil
        }
    }

    private let watchers = Mutex<[ObjectIdentifier: Watcher]>([:])

    var areWatched: Bool { watchers.withLock { !$0.isEmpty } }

    func add(_ ids: some Sequence<RunnerID>) {
        for watcher in watchers.withLock({ Array($0.values) }) { watcher.add(ids) }
    }

    /// Sets of runners that changed, from now on, until the task that reads them is cancelled.
    func watch() -> AsyncStream<Set<RunnerID>> {
        let watcher = Watcher()
        let key = ObjectIdentifier(watcher)
        watchers.withLock { $0[key] = watcher }
        return AsyncStream(unfolding: watcher.next) { [weak self] in
            _ = self?.watchers.withLock { $0.removeValue(forKey: key) }
        }
    }
}
