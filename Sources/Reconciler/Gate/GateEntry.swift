import Spec
import Synchronization

/// What the gate knows of one runner. Guarded by the gate's lock.
final class GateEntry {
    /// Where the ready container listens; nil while there is none.
    var endpoint: RunnerEndpoint?
    var readySince: Timestamp?
    /// Number of the turn that set the endpoint.
    var opening = 0
    /// Number of the turn that closed it last.
    var closing = 0
    /// The container that was ready before, and for how long it was.
    var lastReady: (container: ContainerID, time: Duration)?
    var leases = 0
    /// When new leases were refused; nil while the entry is open.
    var closedSince: Timestamp?
    var waiters: [ObjectIdentifier: Waiter] = [:]
    let pulse = Pulse()
    /// The activity that is written down already.
    var flushed = Timestamp.epoch

    /// Whether a lease can be had now.
    var isOpen: Bool { endpoint != nil && closedSince == nil }

    /// Whether nothing would be lost by forgetting it.
    var isSpent: Bool { endpoint == nil && leases == 0 && waiters.isEmpty && pulse.last <= flushed }
}

/// A runner's last activity, moved without a lock.
final class Pulse: Sendable {
    private let milliseconds = Atomic<Int64>(0)

    var last: Timestamp { Timestamp(milliseconds: milliseconds.load(ordering: .relaxed)) }

    /// Never moves back.
    func beat(_ now: Timestamp) {
        milliseconds.max(now.milliseconds, ordering: .relaxed)
    }
}

/// One request that waits for a runner.
final class Waiter: Sendable {
    typealias Outcome = Result<any RunnerLease, GateError>

    let runner: RunnerID
    let since: Timestamp
    /// An explicit start: failures of passes before its wish are not its own.
    let retries: Bool
    let outcome = Promise<Outcome>()
    /// Passes begun when its wish was stored; `Int.max` until then.
    private let wishedAt = Atomic<Int>(.max)

    init(runner: RunnerID, since: Timestamp, retries: Bool) {
        self.runner = runner
        self.since = since
        self.retries = retries
    }

    func wished(afterPass pass: Int) {
        wishedAt.store(pass, ordering: .releasing)
    }

    /// Whether the pass read its desired state after this waiter's wish was stored, so that its answer is meant for it.
    func isAnswered(byPass pass: Int) -> Bool {
        wishedAt.load(ordering: .acquiring) < pass
    }
}
