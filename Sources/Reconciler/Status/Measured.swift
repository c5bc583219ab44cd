import Spec
import Synchronization

/// Cold starts and failures of this process, for whoever looks at it without a monitoring system.
final class Measured: Sendable {
    private struct State {
        var coldStarts = 0
        /// Of the latest ones; the oldest is overwritten.
        var latest: [Duration] = []
        var failures: [RunnerFailure.Reason: Int] = [:]
    }

    private static let kept = 512

    private let since: Timestamp
    private let state = Mutex(State())

    init(since: Timestamp) { self.since = since }

    func started(after time: Duration) {
        state.withLock { state in
            if state.latest.count < Self.kept {
                state.latest.append(time)
            } else {
                state.latest[state.coldStarts % Self.kept] = time
            }
            state.coldStarts += 1
        }
    }

    func failed(_ reason: RunnerFailure.Reason) { state.withLock { $0.failures[reason, default: 0] += 1 } }

    var figures: RunnerFigures {
        let state = state.withLock { $0 }
        let sorted = state.latest.sorted()
        return RunnerFigures(
            since: since, coldStarts: state.coldStarts, coldStartP50: Self.percentile(50, of: sorted),
            coldStartP95: Self.percentile(95, of: sorted), failures: state.failures)
    }

    /// The nearest rank; nil of nothing.
    private static func percentile(_ percent: Int, of sorted: [Duration]) -> Duration? {
        sorted.isEmpty ? nil : sorted[(sorted.count * percent + 99) / 100 - 1]
    }
}
