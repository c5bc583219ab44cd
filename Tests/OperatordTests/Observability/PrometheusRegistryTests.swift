import Metrics
import Testing

@testable import operatord

@Suite struct PrometheusRegistryTests {
    @Test func countersCarryTheirLabelsAndTheTotalSuffix() {
        let registry = PrometheusRegistry()
        registry.makeCounter(label: "api_requests", dimensions: [("status", "200"), ("route", "/v1/models")]).increment(
            by: 2)
        registry.makeCounter(label: "api_requests", dimensions: [("route", "/v1/models"), ("status", "200")]).increment(
            by: 3)
        #expect(
            registry.text().contains(
                "# TYPE api_requests_total counter\napi_requests_total{route=\"/v1/models\",status=\"200\"} 5\n"))
    }

    @Test func timersBecomeHistogramsInSeconds() {
        let registry = PrometheusRegistry()
        let timer = registry.makeTimer(label: "cold.start", dimensions: [])
        timer.recordNanoseconds(2_000_000)
        timer.recordNanoseconds(400_000_000_000)
        let lines = registry.text().split(separator: "\n").map(String.init)
        #expect(lines.contains("cold_start_seconds_bucket{le=\"0.001\"} 0"))
        #expect(lines.contains("cold_start_seconds_bucket{le=\"0.0025\"} 1"))
        #expect(lines.contains("cold_start_seconds_bucket{le=\"300\"} 1"))
        #expect(lines.contains("cold_start_seconds_bucket{le=\"+Inf\"} 2"))
        #expect(lines.contains("cold_start_seconds_count 2"))
    }

    @Test func aValueCannotBreakOutOfItsLabel() {
        let registry = PrometheusRegistry()
        registry.makeMeter(label: "ready", dimensions: [("backend", "a\"b\\c\nd")]).set(Int64(1))
        #expect(registry.text().contains(#"ready{backend="a\"b\\c\nd"} 1"#))
    }

    @Test func seriesBeyondTheLimitAreDroppedAndCounted() {
        let registry = PrometheusRegistry(seriesLimit: 2)
        for index in 0..<5 { registry.makeCounter(label: "c", dimensions: [("i", "\(index)")]).increment(by: 1) }
        let text = registry.text()
        #expect(text.contains("operatord_metrics_dropped_series_total 3"))
        #expect(!text.contains("i=\"2\""))
    }

    @Test func theProcessReportsItsOwnMemory() throws {
        let line = try #require(
            PrometheusRegistry().text().split(separator: "\n").first { $0.hasPrefix("process_resident_memory_bytes ") }
        )
        #expect(try #require(Int(line.split(separator: " ")[1])) > 1 << 20)
    }
}
