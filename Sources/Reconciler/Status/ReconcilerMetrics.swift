import Metrics
import Spec

/// Everything the reconciler counts. Names are as they appear under `/metrics`.
struct ReconcilerMetrics: Sendable {
    /// Passes that came to a plan, and those that could not look.
    let passes = Counter(label: "reconciler_passes_total", dimensions: [("result", "planned")])
    let blindPasses = Counter(label: "reconciler_passes_total", dimensions: [("result", "blind")])
    /// From reading the desired state to the last lane dispatched.
    private let passDuration = Timer(label: "reconciler_pass_duration_seconds")
    /// From a lane's begin to a ready answer, when it made or started a container.
    private let coldStart = Timer(label: "reconciler_cold_start_seconds")
    let readyRunners = Gauge(label: "reconciler_ready_runners")
    let recreationsLeft = Gauge(label: "reconciler_recreations_left")
    let leases = Gauge(label: "reconciler_leases")

    private let measured: Measured

    init(since: Timestamp) { measured = Measured(since: since) }

    var figures: RunnerFigures { measured.figures }

    func passEnded(after time: Duration) { passDuration.record(duration: time) }

    func started(after time: Duration) {
        coldStart.record(duration: time)
        measured.started(after: time)
    }

    /// Lanes ended, by verb and by how.
    func laneEnded(_ verb: LaneVerb, _ outcome: String) {
        Counter(label: "reconciler_lanes_total", dimensions: [("verb", verb.rawValue), ("outcome", outcome)])
            .increment()
    }

    /// Failed starts and crashes, by reason.
    func failed(_ reason: RunnerFailure.Reason) {
        Counter(label: "reconciler_failures_total", dimensions: [("reason", reason.rawValue)]).increment()
        measured.failed(reason)
    }
}
