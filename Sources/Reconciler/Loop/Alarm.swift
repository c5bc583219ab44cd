import Spec
import Synchronization

/// Wakes the loop. Rings that come while nobody waits are kept as one.
final class Alarm: Sendable {
    private struct State {
        var rung = false
        var sleeper: Promise<Void>?
    }

    private let state = Mutex(State())

    /// May be called from anywhere, also before the loop runs.
    func ring() {
        let sleeper = state.withLock { state in
            state.rung = true
            return state.sleeper
        }
        sleeper?.resolve(())
    }

    /// Returns when rung since the last return, after `limit`, or when the task is cancelled.
    func wait(atMost limit: Duration, on clock: any WallClock) async {
        let sleeper = Promise<Void>()
        let alreadyRung = state.withLock { state in
            state.sleeper = sleeper
            return state.rung
        }
        if !alreadyRung {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    try? await clock.sleep(for: limit)
                    sleeper.resolve(())
                }
                await sleeper.value(ifCancelled: ())
                group.cancelAll()
            }
        }
        // A ring between the wake and this line is answered by the pass that follows.
        state.withLock { $0 = State() }
    }
}
