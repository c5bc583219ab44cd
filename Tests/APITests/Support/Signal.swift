import NIOConcurrencyHelpers
import Testing

/// Something that happens once and may be waited for by many.
final class Signal: Sendable {
    /// Longer than anything takes that a test waits for, also on a busy machine.
    private static let patience = Duration.seconds(20)

    private struct State {
        var isSet = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var arrivals = 0
        var cancelled: Set<Int> = []
    }

    private let state = NIOLockedValueBox(State())

    var isSet: Bool { state.withLockedValue { $0.isSet } }

    func set() {
        let waiters = state.withLockedValue { state in
            state.isSet = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when it has happened; fails the test when it does not.
    func wait(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await within(Self.patience, sourceLocation: sourceLocation) { await self.untilSet() }
        try Task.checkCancellation()
    }

    /// Returns when it has happened or the task is cancelled.
    func untilSet() async {
        let number = state.withLockedValue { state in
            state.arrivals += 1
            return state.arrivals
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLockedValue { state in
                    if state.isSet || state.cancelled.contains(number) { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLockedValue { state in
                state.cancelled.insert(number)
                return state.waiters.removeValue(forKey: number)
            }
            waiter?.resume()
        }
    }
}

/// A value that comes once.
final class Promised<Value: Sendable>: Sendable {
    private let signal = Signal()
    private let box = NIOLockedValueBox<Value?>(nil)

    func fulfil(_ value: Value) {
        box.withLockedValue { $0 = value }
        signal.set()
    }

    /// Fails the test when the value does not come.
    func value(sourceLocation: SourceLocation = #_sourceLocation) async throws -> Value {
        try await signal.wait(sourceLocation: sourceLocation)
        guard let value = box.withLockedValue({ $0 }) else { throw CancellationError() }
        return value
    }
}
