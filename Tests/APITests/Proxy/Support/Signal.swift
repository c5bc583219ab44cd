import NIOConcurrencyHelpers

/// Something that happens once and may be waited for by many.
///
/// A wait also ends when its task is cancelled, so that a test whose condition never comes fails by its time limit
/// instead of hanging.
final class Signal: Sendable {
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

    func wait() async {
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

    /// Throws `CancellationError` when the task is cancelled before the value comes.
    var value: Value {
        get async throws {
            await signal.wait()
            guard let value = box.withLockedValue({ $0 }) else { throw CancellationError() }
            return value
        }
    }
}
