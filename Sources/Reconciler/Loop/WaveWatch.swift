import Spec
import Synchronization

/// Follows the recreations of a change from pass to pass.
final class WaveWatch: Sendable {
    private struct State {
        /// Everything that was to be replaced since there was something.
        var members: Set<RunnerID> = []
        /// Of those, what is not replaced yet.
        var left: Set<RunnerID> = []
        var progress: WaveProgress?
    }

    private let state = Mutex(State())

    /// nil while nothing is being replaced.
    var progress: WaveProgress? { state.withLock { $0.progress } }

    /// - Parameters:
    ///   - busy: Runners that the plan left alone because something is at work on them.
    ///   - recreating: Runners with a lane that replaces a container, those of this plan included.
    ///   - failed: Runners that do not answer and whose last start failed.
    func follow(_ plan: Plan, busy: Set<RunnerID>, recreating: Set<RunnerID>, failed: Set<RunnerID>) {
        state.withLock { state in
            state.left.formIntersection(busy)
            state.left.formUnion(plan.replacements)
            guard !state.left.isEmpty else {
                state = State()
                return
            }
            state.members.formUnion(state.left)
            let left = state.left
            let working = recreating.intersection(left).count
            let waiting = plan.held.count { hold in
                if case .turn = hold.reason { left.contains(hold.runner) } else { false }
            }
            state.progress = WaveProgress(
                total: state.members.count, failed: state.members.subtracting(left).intersection(failed).count,
                working: working, draining: left.count - working - waiting, waiting: waiting)
        }
    }
}
