import Synchronization

/// A value that arrives once and is awaited by one task.
final class Promise<Value: Sendable>: Sendable {
    private enum State {
        case pending
        case awaited(CheckedContinuation<Value, Never>)
        case resolved(Value)
    }

    private let state = Mutex(State.pending)

    /// False when it was resolved before; the first value stays.
    @discardableResult
    func resolve(_ value: Value) -> Bool {
        let (first, waiting) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .resolved:
                return (false, nil)
            case .pending:
                state = .resolved(value)
                return (true, nil)
            case .awaited(let continuation):
                state = .resolved(value)
                return (true, continuation)
            }
        }
        waiting?.resume(returning: value)
        return first
    }

    /// The value; `fallback` becomes the value when the awaiting task is cancelled first.
    func value(ifCancelled fallback: Value) async -> Value {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resolved = state.withLock { state -> Value? in
                    if case .resolved(let value) = state { return value }
                    state = .awaited(continuation)
                    return nil
                }
                if let resolved { continuation.resume(returning: resolved) }
            }
        } onCancel: {
            resolve(fallback)
        }
    }
}
