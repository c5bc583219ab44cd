import Metrics
import NIOConcurrencyHelpers
import NIOCore

/// All metrics of the `/v1` path. Handles are made once per backend and kept.
///
/// - `operatord_v1_requests_total`: finished requests, by `backend` (`none` when no model was found) and `status` (`2xx`, …;
///   `499` when the client left before the answer).
/// - `operatord_v1_first_byte_seconds`: from the request's last byte to the response's head, by `backend`.
/// - `operatord_v1_failed_turns_total`: answers whose `failure_header` says that the turn failed, by `backend`.
/// - `operatord_v1_requests_in_flight`.
final class ProxyMetrics: Sendable {
    private let inFlight = Meter(label: "operatord_v1_requests_in_flight")
    /// Of requests that no backend was found for.
    private let unrouted = BackendMetrics(backend: "none")
    private let byBackend = NIOLockedValueBox<[String: BackendMetrics]>([:])

    func metrics(ofBackend name: String) -> BackendMetrics {
        byBackend.withLockedValue { known in
            if let metrics = known[name] { return metrics }
            let metrics = BackendMetrics(backend: name)
            known[name] = metrics
            return metrics
        }
    }

    func requestBegan() { inFlight.increment() }

    /// - Parameters:
    ///   - backend: nil when no backend was found.
    ///   - status: nil when the client left before there was one.
    func requestEnded(backend: BackendMetrics?, status: Int?) {
        inFlight.decrement()
        (backend ?? unrouted).count(status: status)
    }
}

/// The handles of one backend.
final class BackendMetrics: Sendable {
    private let firstByte: Metrics.Timer
    private let byClass: [Counter]
    private let clientLeft: Counter
    private let failedTurns: Counter

    init(backend: String) {
        firstByte = Metrics.Timer(label: "operatord_v1_first_byte_seconds", dimensions: [("backend", backend)])
        byClass = (1...5).map { Self.counter(backend, "\($0)xx") }
        clientLeft = Self.counter(backend, "499")
        failedTurns = Counter(label: "operatord_v1_failed_turns_total", dimensions: [("backend", backend)])
    }

    func recordFirstByte(after time: TimeAmount) { firstByte.recordNanoseconds(time.nanoseconds) }

    func countFailedTurn() { failedTurns.increment() }

    fileprivate func count(status: Int?) {
        guard let status else { return clientLeft.increment() }
        byClass[min(max(status / 100, 1), 5) - 1].increment()
    }

    private static func counter(_ backend: String, _ status: String) -> Counter {
        Counter(label: "operatord_v1_requests_total", dimensions: [("backend", backend), ("status", status)])
    }
}
