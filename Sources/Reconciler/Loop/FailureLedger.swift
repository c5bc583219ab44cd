import Logging
import Spec
import Synchronization

/// Failures by runner: in memory for the planner, in the journal for the next process.
final class FailureLedger: Sendable {
    private struct State {
        var history: FailureHistory?
        var chance: any RandomNumberGenerator & Sendable
    }

    private let ports: Ports
    private let state: Mutex<State>

    init(ports: Ports, chance: any RandomNumberGenerator & Sendable) {
        self.ports = ports
        state = Mutex(State(chance: chance))
    }

    /// The failures so far, read from the journal once. Throws while they cannot be read.
    func history() async throws -> FailureHistory {
        if let history = state.withLock({ $0.history }) { return history }
        let stored = try await ports.journal.failureHistory()
        state.withLock { $0.history = stored }
        return stored
    }

    func record(of id: RunnerID) -> FailureRecord? { state.withLock { $0.history?.records[id] } }

    /// One more failure. `readyFor` is how long the runner had been ready, nil when it never was. One that had been
    /// ready is tried again at once the first time.
    func note(
        _ failure: RunnerFailure, of id: RunnerID, generation: Int64, fingerprint: Fingerprint?, readyFor: Duration?
    ) async {
        let now = ports.clock.now()
        let record = state.withLock { state in
            var record = FailureRecord.next(
                after: state.history?.records[id], failure: failure, generation: generation,
                fingerprint: fingerprint?.digest, now: now, readyFor: readyFor, using: &state.chance)
            if readyFor != nil, record.count == 1 { record.retryAt = now }
            state.history?.records[id] = record
            return record
        }
        await store(record, for: id)
    }

    func forget(_ id: RunnerID) async {
        let known = state.withLock { $0.history?.records.removeValue(forKey: id) != nil }
        if known { await store(nil, for: id) }
    }

    /// What cannot be written is still obeyed by this process.
    private func store(_ record: FailureRecord?, for id: RunnerID) async {
        do {
            try await ports.journal.setFailure(record, for: id)
        } catch {
            ports.logger.warning("failure not written down", metadata: ["runner": "\(id)", "error": "\(error)"])
        }
    }
}
