import Metrics
import Synchronization

/// The process's metrics: what the rooms record through swift-metrics, given out as Prometheus text.
///
/// Bounded: past `seriesLimit` series further ones are counted in `operatord_metrics_dropped_series_total` and lost,
/// so that a label with unbounded values cannot eat the memory.
final class PrometheusRegistry: MetricsFactory {
    private struct Series {
        var handlers: [SeriesKey: any PrometheusSeries] = [:]
        var dropped = 0
    }

    private let series = Mutex(Series())
    private let seriesLimit: Int

    init(seriesLimit: Int = 5000) { self.seriesLimit = seriesLimit }

    /// The whole registry in the text exposition format 0.0.4, sorted by name and labels.
    func text() -> String {
        let (handlers, dropped) = series.withLock { ($0.handlers, $0.dropped) }
        var lines: [String] = []
        var lastName = ""
        for (key, handler) in handlers.sorted(by: { $0.key < $1.key }) {
            if key.name != lastName {
                lines.append("# TYPE \(key.name) \(handler.type)")
                lastName = key.name
            }
            handler.render(name: key.name, labels: key.labels, into: &lines)
        }
        lines.append("# TYPE operatord_metrics_dropped_series_total counter")
        lines.append("operatord_metrics_dropped_series_total \(dropped)")
        lines.append(contentsOf: ProcessFigures.lines())
        return lines.joined(separator: "\n") + "\n"
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        handler(label, dimensions, suffix: "_total") { PrometheusCounter() }
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        handler(label, dimensions, suffix: "_total") { PrometheusCounter() }
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        handler(label, dimensions, suffix: "") { PrometheusGauge() }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? handler(label, dimensions, suffix: "") { PrometheusHistogram() }
            : handler(label, dimensions, suffix: "") { PrometheusGauge() }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        handler(label, dimensions, suffix: "_seconds") { PrometheusHistogram() }
    }

    // Series live as long as the process: a scrape after the last user of a handle still shows its total.
    func destroyCounter(_: any CounterHandler) {}
    func destroyFloatingPointCounter(_: any FloatingPointCounterHandler) {}
    func destroyMeter(_: any MeterHandler) {}
    func destroyRecorder(_: any RecorderHandler) {}
    func destroyTimer(_: any TimerHandler) {}

    /// The handler of a series, made on first use. Beyond the limit, or when the name is in use for another type,
    /// a handler that belongs to no series.
    private func handler<Handler: PrometheusSeries>(
        _ label: String, _ dimensions: [(String, String)], suffix: String, make: () -> Handler
    ) -> Handler {
        let key = SeriesKey(label: label, dimensions: dimensions, suffix: suffix)
        return series.withLock { series in
            if let existing = series.handlers[key] as? Handler { return existing }
            let new = make()
            guard series.handlers[key] == nil, series.handlers.count < seriesLimit else {
                series.dropped += 1
                return new
            }
            series.handlers[key] = new
            return new
        }
    }
}

/// Name and rendered labels of one series, in Prometheus' alphabet.
struct SeriesKey: Hashable, Comparable {
    let name: String
    /// `{a="b",c="d"}` without the braces; empty without labels.
    let labels: String

    init(label: String, dimensions: [(String, String)], suffix: String) {
        let cleaned = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        name = cleaned.hasSuffix(suffix) ? cleaned : cleaned + suffix
        labels = dimensions.sorted { $0.0 < $1.0 }
            .map { "\($0.0)=\"\(Self.escaped($0.1))\"" }
            .joined(separator: ",")
    }

    static func < (left: SeriesKey, right: SeriesKey) -> Bool {
        left.name == right.name ? left.labels < right.labels : left.name < right.name
    }

    private static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
