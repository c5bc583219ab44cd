import Spec
import Synchronization

/// A moment by which work has to be over. Work that makes progress may move it with ``extend()``.
final class Deadline: Sendable {
    private let limit: Duration
    private let due: Mutex<ContinuousClock.Instant>

    fileprivate init(_ limit: Duration) {
        self.limit = limit
        due = Mutex(.now + limit)
    }

    /// Starts the whole limit again from now.
    func extend() { due.withLock { $0 = .now + limit } }

    /// Returns when it has passed; throws when cancelled.
    fileprivate func pass() async throws {
        while case let next = due.withLock({ $0 }), next > .now {
            try await Task.sleep(until: next, clock: .continuous)
        }
    }
}

/// Runs `work` and cancels it once its deadline passes; then throws ``EngineError/timedOut(call:after:)``.
///
/// HTTPClient's own timeout ends at the response's head; this one covers the body too.
func withDeadline<Value: Sendable>(
    _ limit: Duration, call: String, work: @escaping @Sendable (Deadline) async throws(EngineError) -> Value
) async throws(EngineError) -> Value {
    let deadline = Deadline(limit)
    let result = await withTaskGroup(of: Result<Value, EngineError>.self) { group in
        group.addTask {
            do throws(EngineError) { return .success(try await work(deadline)) } catch { return .failure(error) }
        }
        group.addTask {
            do { try await deadline.pass() } catch { return .failure(.cancelled) }
            return .failure(.timedOut(call: call, after: limit))
        }
        defer { group.cancelAll() }
        return await group.next() ?? .failure(.cancelled)
    }
    return try result.get()
}
