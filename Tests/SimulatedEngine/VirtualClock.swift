package import Spec
import Synchronization

/// A clock that stands still until a test moves it.
///
/// Sleepers wake in the order of their deadlines, ties in the order of their calls, and each sees its own deadline as
/// the time. A sleep measures elapsed time, so setting the wall clock with ``jump(by:)`` wakes nobody.
package final class VirtualClock: WallClock {
    private let state: Mutex<State>

    /// Stands at 2026-01-01T00:00:00Z unless told otherwise.
    package init(now: Timestamp = Timestamp(milliseconds: 1_767_225_600_000)) {
        state = Mutex(State(wallOffset: now.milliseconds))
    }

    package func now() -> Timestamp { state.withLock { $0.now } }

    /// How many are asleep, alarms not counted.
    package var sleepers: Int { state.withLock { $0.sleeperCount } }

    package func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let delay = duration.wholeMilliseconds
        guard delay > 0 else { return }
        let id = state.withLock { $0.newID() }
        defer { state.withLock { _ = $0.finished.remove(id) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let (refused, watchers) = state.withLock { state in
                    if state.cancelledEarly.remove(id) != nil { return (true, [Watcher]()) }
                    state.add(Alarm(id: id, due: state.elapsed + delay, action: .wake(continuation)))
                    return (false, state.satisfiedWatchers())
                }
                if refused { continuation.resume(throwing: CancellationError()) }
                for watcher in watchers { watcher.continuation.resume() }
            }
        } onCancel: {
            let alarm = state.withLock { state in
                let alarm = state.take(id)
                if alarm == nil, !state.finished.contains(id) { state.cancelledEarly.insert(id) }
                return alarm
            }
            if case .wake(let continuation) = alarm?.action { continuation.resume(throwing: CancellationError()) }
        }
    }

    /// Calls `action` when the elapsed time reaches `delay` from now, on the thread that moves the clock.
    package func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            let id = state.newID()
            state.add(Alarm(id: id, due: state.elapsed + max(0, delay.wholeMilliseconds), action: .call(action)))
        }
    }

    /// Moves time forward, waking every sleeper and alarm that falls due on the way, each at its own time.
    package func advance(by duration: Duration) {
        let target = state.withLock { $0.elapsed + max(0, duration.wholeMilliseconds) }
        while let alarm = state.withLock({ $0.popDue(by: target) }) { alarm.fire() }
        state.withLock { $0.elapsed = max($0.elapsed, target) }
    }

    /// Moves to the earliest sleeper or alarm and wakes it with all that are due at the same time.
    /// False when nobody is waiting.
    @discardableResult
    package func advanceToNextSleeper() -> Bool {
        guard let wait = state.withLock({ state in state.alarms.first.map { $0.due - state.elapsed } }) else {
            return false
        }
        advance(by: .milliseconds(max(0, wait)))
        return true
    }

    /// Sets the wall clock forward or back without any time passing.
    package func jump(by duration: Duration) {
        state.withLock { $0.wallOffset += duration.wholeMilliseconds }
    }

    /// Returns as soon as at least `count` tasks are asleep.
    package func untilAsleep(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let enough = state.withLock { state in
                if state.sleeperCount >= count { return true }
                state.watchers.append(Watcher(count: count, continuation: continuation))
                return false
            }
            if enough { continuation.resume() }
        }
    }
}

extension VirtualClock {
    private struct Watcher {
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct Alarm {
        enum Action {
            case wake(CheckedContinuation<Void, any Error>)
            case call(@Sendable () -> Void)
        }

        var id: UInt64
        var due: Int64
        var action: Action

        func fire() {
            switch action {
            case .wake(let continuation): continuation.resume()
            case .call(let action): action()
            }
        }
    }

    private struct State {
        /// Milliseconds since the clock was made.
        var elapsed: Int64 = 0
        var wallOffset: Int64
        /// Sorted by due time, then by id.
        var alarms: [Alarm] = []
        var watchers: [Watcher] = []
        /// Sleeps that were cancelled before they were entered here.
        var cancelledEarly: Set<UInt64> = []
        /// Sleeps that were woken and have not returned yet; a cancellation of one means nothing.
        var finished: Set<UInt64> = []
        var sleeperCount = 0
        private var lastID: UInt64 = 0

        init(wallOffset: Int64) { self.wallOffset = wallOffset }

        var now: Timestamp { Timestamp(milliseconds: elapsed + wallOffset) }

        mutating func newID() -> UInt64 {
            lastID += 1
            return lastID
        }

        mutating func add(_ alarm: Alarm) {
            let place = alarms.firstIndex { ($0.due, $0.id) > (alarm.due, alarm.id) } ?? alarms.endIndex
            alarms.insert(alarm, at: place)
            if case .wake = alarm.action { sleeperCount += 1 }
        }

        mutating func take(_ id: UInt64) -> Alarm? {
            guard let place = alarms.firstIndex(where: { $0.id == id }) else { return nil }
            return remove(at: place)
        }

        mutating func popDue(by target: Int64) -> Alarm? {
            guard let first = alarms.first, first.due <= target else { return nil }
            elapsed = max(elapsed, first.due)
            return remove(at: 0)
        }

        private mutating func remove(at place: Int) -> Alarm {
            let alarm = alarms.remove(at: place)
            if case .wake = alarm.action {
                sleeperCount -= 1
                finished.insert(alarm.id)
            }
            return alarm
        }

        mutating func satisfiedWatchers() -> [Watcher] {
            let satisfied = watchers.filter { $0.count <= sleeperCount }
            watchers.removeAll { $0.count <= sleeperCount }
            return satisfied
        }
    }
}
