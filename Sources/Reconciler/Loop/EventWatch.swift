import Logging
import Spec

/// Listens to the engine's events. They only nudge: what they say may be late, doubled or missing, and the list is the
/// truth. The one thing done at once is to send no more requests to a container that died.
struct EventWatch: Sendable {
    let ports: Ports
    let gate: Gate
    let lanes: LaneTable
    let deaths: Deaths
    let alarm: Alarm

    private static let firstPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(5)
    /// What may change a plan. Attaching, resizing, health checks and the like do not.
    private static let telling: Set<String> = [
        "create", "start", "die", "destroy", "pause", "unpause", "restart", "rename", "update",
    ]

    /// Subscribes again whenever the stream ends, with a growing pause; each subscription is followed by a pass.
    func run() async {
        var pause = Self.firstPause
        while !Task.isCancelled {
            do {
                for try await event in ports.engine.events() {
                    if event.action == "subscribed" { pause = Self.firstPause }
                    take(event)
                }
            } catch {
                ports.logger.debug("event stream ended", metadata: ["error": "\(error)"])
            }
            alarm.ring()
            try? await ports.clock.sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
        }
    }

    private func take(_ event: EngineEvent) {
        guard event.action == "subscribed" || Self.telling.contains(event.action) else { return }
        deaths.take(event, at: ports.clock.now())
        if event.action == "die", let container = event.container, let runner = event.runner {
            gate.lose(container, of: runner)
        }
        // A lane's own doings are followed by a pass when it ends.
        if let runner = event.runner, lanes.contains(runner) { return }
        alarm.ring()
    }
}
