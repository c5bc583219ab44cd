import Reconciler
import Spec

/// How long one plan takes: with nothing to do, after a restart, and after a change of everything.
struct PlanBench {
    private let rounds = 50

    /// One JSON object a measurement, `{"name":…,"p50_ms":…,"p99_ms":…,"lanes":…}`.
    func run() -> [String] {
        [
            measure("plan_noop_10000", PlanWorld(runners: 10_000)),
            measure("plan_noop_1000", PlanWorld(runners: 1000)),
            measure("plan_adopt_all_10000", PlanWorld(runners: 10_000, seenReady: false)),
            measure("plan_recreate_all_10000", PlanWorld(runners: 10_000, image: "demo:2")),
        ]
    }

    private func measure(_ name: String, _ world: PlanWorld) -> String {
        let clock = ContinuousClock()
        var lanes = 0
        let times = (0..<rounds).map { _ in clock.measure { lanes = world.plan().lanes.count } }.sorted()
        return Self.line(name, times, lanes: lanes)
    }

    /// `times` are sorted.
    static func line(_ name: String, _ times: [Duration], lanes: Int) -> String {
        let p50 = times[times.count / 2].milliseconds
        let p99 = times[times.count * 99 / 100].milliseconds
        return #"{"name":"\#(name)","p50_ms":\#(p50),"p99_ms":\#(p99),"lanes":\#(lanes)}"#
    }
}

extension Duration {
    /// Rounded to a microsecond.
    fileprivate var milliseconds: Double { (self / .microseconds(1)).rounded() / 1000 }
}
