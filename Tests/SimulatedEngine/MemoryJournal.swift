package import Spec
import Synchronization

/// A journal in memory. It outlives a controller, as rows do.
package final class MemoryJournal: ReconcileJournal {
    private struct State {
        var history = FailureHistory()
        var activity: [RunnerID: Timestamp] = [:]
        var events: [RunnerEvent] = []
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let desired: MemoryDesiredState
    private let newRunner: @Sendable (RunnerID, Timestamp) -> DesiredRunner?

    /// Wishes go into `desired`; `newRunner` resolves one that was never wished for, nil leaves it unwished.
    package init(
        desired: MemoryDesiredState = MemoryDesiredState(),
        newRunner: @escaping @Sendable (RunnerID, Timestamp) -> DesiredRunner? = { _, _ in nil }
    ) {
        self.desired = desired
        self.newRunner = newRunner
    }

    package var failures: [RunnerID: FailureRecord] { state.withLock { $0.history.records } }
    package var activity: [RunnerID: Timestamp] { state.withLock { $0.activity } }
    package var events: [RunnerEvent] { state.withLock { $0.events } }

    /// Makes every call throw until it is set to nil.
    package func fail(with error: (any Error)?) { state.withLock { $0.failure = error } }

    package func failureHistory() async throws -> FailureHistory {
        try working { $0.history }
    }

    package func setFailure(_ record: FailureRecord?, for id: RunnerID) async throws {
        try working { $0.history.records[id] = record }
    }

    package func recordActivity(_ activity: [RunnerID: Timestamp]) async throws {
        try working { $0.activity.merge(activity, uniquingKeysWith: max) }
        desired.edit { desired in
            for (id, time) in activity {
                guard let stored = desired.runners[id]?.lastActivity else { continue }
                desired.runners[id]?.lastActivity = max(stored, time)
            }
        }
    }

    package func record(_ event: RunnerEvent) async throws {
        try working { $0.events.append(event) }
    }

    package func wish(_ id: RunnerID, at now: Timestamp, retry: Bool) async throws {
        try working { _ in }
        let newRunner = newRunner
        desired.edit { desired in
            guard var runner = desired.runners[id] ?? newRunner(id, now) else { return }
            if case .no = runner.want, let fresh = newRunner(id, now) {
                runner.want = fresh.want
                runner.generation += 1
            } else if retry {
                runner.generation += 1
            }
            runner.lastActivity = max(runner.lastActivity, now)
            desired.runners[id] = runner
        }
    }

    private func working<Answer: Sendable>(_ body: @Sendable (inout State) -> Answer) throws -> Answer {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return body(&state)
        }
    }
}
