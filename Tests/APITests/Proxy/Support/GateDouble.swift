import NIOConcurrencyHelpers
import Spec
import Testing

/// A gate that the test opens: ready at once, or when it says so.
final class GateDouble: RunnerGate {
    private struct State {
        var ready: RunnerEndpoint?
        var leases: [LeaseDouble] = []
        var waiters: [Int: CheckedContinuation<Result<RunnerEndpoint, GateError>, Never>] = [:]
        var arrivals = 0
        var cancelled: Set<Int> = []
        var limits: [Duration] = []
        var ignoresCancellation = false
    }

    private let state = NIOLockedValueBox(State())
    /// Set whenever somebody begins to wait.
    let someoneWaits = Signal()
    /// Set whenever a waiter is cancelled.
    let someoneLeft = Signal()

    var leases: [LeaseDouble] { state.withLockedValue { $0.leases } }
    /// How long each waiter would have waited.
    var limits: [Duration] { state.withLockedValue { $0.limits } }

    /// Lets a lease be made for someone who left, as it happens when the two coincide.
    var ignoresCancellation: Bool {
        get { state.withLockedValue { $0.ignoresCancellation } }
        set { state.withLockedValue { $0.ignoresCancellation = newValue } }
    }

    private let someLease = Promised<LeaseDouble>()

    func firstLease(sourceLocation: SourceLocation = #_sourceLocation) async throws -> LeaseDouble {
        try await someLease.value(sourceLocation: sourceLocation)
    }

    /// nil: from now on requests wait.
    func setReady(_ endpoint: RunnerEndpoint?) { state.withLockedValue { $0.ready = endpoint } }

    /// Answers everyone who waits.
    func answer(_ result: Result<RunnerEndpoint, GateError>) {
        let waiters = state.withLockedValue { state in
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(returning: result) }
    }

    func leaseIfReady(_ id: RunnerID) -> (any RunnerLease)? {
        state.withLockedValue { state in
            state.ready.map { lease($0, &state) }
        }
    }

    func lease(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> any RunnerLease {
        let number = state.withLockedValue { state in
            state.arrivals += 1
            state.limits.append(limit)
            return state.arrivals
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLockedValue { state in
                    if state.cancelled.contains(number) { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isCancelled { continuation.resume(returning: .failure(.cancelled)) } else { someoneWaits.set() }
            }
        } onCancel: {
            let waiter = state.withLockedValue {
                state -> CheckedContinuation<Result<RunnerEndpoint, GateError>, Never>? in
                guard !state.ignoresCancellation else { return nil }
                state.cancelled.insert(number)
                return state.waiters.removeValue(forKey: number)
            }
            waiter?.resume(returning: .failure(.cancelled))
            someoneLeft.set()
        }
        let endpoint = try answer.get()
        return state.withLockedValue { lease(endpoint, &$0) }
    }

    private func lease(_ endpoint: RunnerEndpoint, _ state: inout State) -> LeaseDouble {
        let lease = LeaseDouble(endpoint: endpoint)
        state.leases.append(lease)
        if state.leases.count == 1 { someLease.fulfil(lease) }
        return lease
    }
}

final class LeaseDouble: RunnerLease {
    let endpoint: RunnerEndpoint
    let released = Signal()
    private let touched = NIOLockedValueBox(0)

    init(endpoint: RunnerEndpoint) { self.endpoint = endpoint }

    var touches: Int { touched.withLockedValue { $0 } }
    func touch() { touched.withLockedValue { $0 += 1 } }
    func release() { released.set() }
}
