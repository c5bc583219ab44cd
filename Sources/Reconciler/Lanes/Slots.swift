import Synchronization

/// A bound on work at once, first come first served.
final class Slots: Sendable {
    fileprivate struct State {
        var free: Int
        var capacity: Int
        var queue: [Promise<Bool>] = []
    }

    private let state: Mutex<State>

    init(_ capacity: Int) {
        state = Mutex(State(free: capacity, capacity: capacity))
    }

    /// Takes effect as slots come free.
    func resize(to capacity: Int) {
        let admitted = state.withLock { state in
            state.free += capacity - state.capacity
            state.capacity = capacity
            return state.admit()
        }
        for turn in admitted { pass(to: turn) }
    }

    /// Runs `body` in a slot. Throws `CancellationError` when cancelled while queued.
    func withSlot<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        let turn = Promise<Bool>()
        let admitted = state.withLock { state in
            state.queue.append(turn)
            return state.admit()
        }
        for turn in admitted { pass(to: turn) }
        guard await turn.value(ifCancelled: false) else { throw CancellationError() }
    }

    private func leave() {
        let admitted = state.withLock { state in
            state.free += 1
            return state.admit()
        }
        for turn in admitted { pass(to: turn) }
    }

    /// A turn whose owner was cancelled while queued gives its slot back.
    private func pass(to turn: Promise<Bool>) {
        if !turn.resolve(true) { leave() }
    }
}

extension Slots.State {
    fileprivate mutating func admit() -> [Promise<Bool>] {
        let count = max(0, min(free, queue.count))
        let turns = Array(queue.prefix(count))
        queue.removeFirst(count)
        free -= count
        return turns
    }
}
