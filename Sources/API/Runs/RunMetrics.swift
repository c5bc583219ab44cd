import Metrics
import Spec

/// The metrics of runs.
///
/// - `operatord_runs_active`: runs that are not over.
/// - `operatord_runs_ended_total`: by `status`, as ``Spec/Run/Status`` has them.
struct RunMetrics: Sendable {
    private let active = Meter(label: "operatord_runs_active")
    private let ended: [Run.Status: Counter]

    init() {
        let ends: [Run.Status] = [.complete, .stopped, .failed, .interrupted]
        ended = Dictionary(
            uniqueKeysWithValues: ends.map { status in
                let dimensions = [("status", status.rawValue)]
                return (status, Counter(label: "operatord_runs_ended_total", dimensions: dimensions))
            })
        active.set(0)
    }

    func began() { active.increment() }

    func ended(as status: Run.Status) {
        active.decrement()
        ended[status]?.increment()
    }
}
