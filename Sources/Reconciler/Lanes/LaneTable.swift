import Spec
import Synchronization

/// The lanes at work, at most one per runner.
final class LaneTable: Sendable {
    private struct State {
        var running: [RunnerID: RunningLane] = [:]
        /// Lanes in a row that ended without the engine having said anything.
        var inconclusive: [RunnerID: Int] = [:]
    }

    private let state = Mutex(State())

    var runners: Set<RunnerID> { state.withLock { Set($0.running.keys) } }
    func runners(with verb: LaneVerb) -> Set<RunnerID> {
        state.withLock { Set($0.running.values.lazy.filter { $0.lane.verb == verb }.map(\.lane.runner)) }
    }
    var all: [RunningLane] { state.withLock { Array($0.running.values) } }

    func contains(_ id: RunnerID) -> Bool { state.withLock { $0.running[id] != nil } }

    /// nil when the runner has a lane already.
    func begin(_ lane: Lane, pass: Int) -> RunningLane? {
        state.withLock { state in
            guard state.running[lane.runner] == nil else { return nil }
            let running = RunningLane(lane: lane, pass: pass)
            state.running[lane.runner] = running
            return running
        }
    }

    func end(_ lane: RunningLane, _ outcome: LaneOutcome) {
        let id = lane.lane.runner
        state.withLock { state in
            state.running[id] = nil
            if case .inconclusive = outcome {
                state.inconclusive[id, default: 0] += 1
            } else {
                state.inconclusive[id] = nil
            }
        }
    }

    /// How long the runner is left alone when its lane ends inconclusively once more: 100 ms, doubling to 3.2 s.
    func patience(with id: RunnerID) -> Duration {
        let inARow = state.withLock { $0.inconclusive[id] ?? 0 }
        return .milliseconds(100 << min(inARow, 5))
    }
}

/// One lane at work and the way to end it early.
final class RunningLane: Sendable {
    let lane: Lane
    /// Number of the pass that planned it.
    let pass: Int
    private let abandonment = Promise<Void>()
    private let abandoned = Mutex<Abandonment?>(nil)

    /// Why a start should not go on.
    enum Abandonment: String, Sendable {
        case notWanted = "the runner is not wanted any more"
        case wantedOtherwise = "the runner is wanted otherwise"
    }

    init(lane: Lane, pass: Int) {
        self.lane = lane
        self.pass = pass
    }

    /// nil while it should go on.
    var abandonedBecause: Abandonment? { abandoned.withLock { $0 } }

    /// Ends the lane at its next suspension. What it leaves behind, the next pass sees.
    func abandon(_ reason: Abandonment) {
        let first = abandoned.withLock { current -> Bool in
            guard current == nil else { return false }
            current = reason
            return true
        }
        if first { abandonment.resolve(()) }
    }

    /// Runs `work`, cancelled as soon as the lane is abandoned.
    func run(_ work: @escaping @Sendable () async -> LaneOutcome) async -> LaneOutcome {
        await withTaskGroup(of: LaneOutcome?.self) { group in
            group.addTask { await work() }
            group.addTask {
                await self.abandonment.value(ifCancelled: ())
                return nil
            }
            var outcome = LaneOutcome.superseded("abandoned")
            for await result in group {
                if let result { outcome = result }
                group.cancelAll()
            }
            return outcome
        }
    }
}
