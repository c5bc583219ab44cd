import Metrics
import Synchronization

/// One series that can print itself.
protocol PrometheusSeries: AnyObject, Sendable {
    /// `counter`, `gauge` or `histogram`.
    var type: String { get }
    func render(name: String, labels: String, into lines: inout [String])
}

/// A total that only grows; `reset` is for tests of swift-metrics' contract.
final class PrometheusCounter: PrometheusSeries, CounterHandler, FloatingPointCounterHandler {
    private let value = Mutex(0.0)

    let type = "counter"
    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func reset() { value.withLock { $0 = 0 } }

    func render(name: String, labels: String, into lines: inout [String]) {
        lines.append("\(name)\(labels.braced) \(value.withLock { $0 }.prometheus)")
    }
}

/// A value that goes up and down.
final class PrometheusGauge: PrometheusSeries, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    let type = "gauge"
    func set(_ new: Int64) { set(Double(new)) }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ new: Int64) { set(Double(new)) }
    func record(_ new: Double) { set(new) }

    func render(name: String, labels: String, into lines: inout [String]) {
        lines.append("\(name)\(labels.braced) \(value.withLock { $0 }.prometheus)")
    }
}

/// Counts by upper bound, from half a millisecond to five minutes; timers record seconds.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    static let bounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
    ]

    private struct Counts {
        /// One per bound and a last one for what is above all.
        var buckets = [Int](repeating: 0, count: PrometheusHistogram.bounds.count + 1)
        var sum = 0.0
    }

    private let counts = Mutex(Counts())

    let type = "histogram"
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let index = Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count
        counts.withLock {
            $0.buckets[index] += 1
            $0.sum += value
        }
    }

    func render(name: String, labels: String, into lines: inout [String]) {
        let counts = counts.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var running = 0
        for (bound, count) in zip(Self.bounds.map(\.prometheus) + ["+Inf"], counts.buckets) {
            running += count
            lines.append("\(name)_bucket{\(prefix)le=\"\(bound)\"} \(running)")
        }
        lines.append("\(name)_sum\(labels.braced) \(counts.sum.prometheus)")
        lines.append("\(name)_count\(labels.braced) \(running)")
    }
}

extension String {
    fileprivate var braced: String { isEmpty ? "" : "{\(self)}" }
}

extension Double {
    /// Whole numbers without a fraction, as most are.
    fileprivate var prometheus: String {
        self == rounded() && magnitude < 1e15 ? String(Int64(self)) : String(self)
    }
}
