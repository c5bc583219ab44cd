import Spec
import Synchronization

/// Containers that died a moment ago, by the engine's own word.
///
/// Docker tells of a death first, then cleans up behind the container, and lists it as running until that is done
/// (about 100 ms, with no event at the end). A pass in between would take the dead one for alive.
final class Deaths: Sendable {
    private struct Death {
        var exitCode: Int
        var at: Timestamp
    }

    /// Longer than any cleaning up; after that the list is right whatever events were lost.
    private static let longestCleanup = Duration.seconds(10)

    private let deaths = Mutex<[ContainerID: Death]>([:])

    func take(_ event: EngineEvent, at now: Timestamp) {
        deaths.withLock { deaths in
            if event.action == "subscribed" { deaths = [:] }
            guard let container = event.container else { return }
            switch event.action {
            case "die": deaths[container] = event.exitCode.map { Death(exitCode: $0, at: now) }
            case "start", "destroy": deaths[container] = nil
            default: break
            }
        }
    }

    /// The list with those that died shown as exited. Forgets what the list knows by itself.
    func correct(_ observed: ObservedState, at now: Timestamp) -> ObservedState {
        let known = deaths.withLock { deaths in
            deaths = Self.unknown(to: observed, of: deaths, at: now)
            return deaths
        }
        return Self.corrected(observed, by: known)
    }

    /// The same without forgetting.
    func shown(in observed: ObservedState, at now: Timestamp) -> ObservedState {
        Self.corrected(observed, by: Self.unknown(to: observed, of: deaths.withLock { $0 }, at: now))
    }

    private static func unknown(
        to observed: ObservedState, of deaths: [ContainerID: Death], at now: Timestamp
    ) -> [ContainerID: Death] {
        let running = Set(observed.containers.lazy.filter { $0.state == .running }.map(\.id))
        return deaths.filter { running.contains($0.key) && now - $0.value.at < longestCleanup }
    }

    private static func corrected(_ observed: ObservedState, by known: [ContainerID: Death]) -> ObservedState {
        guard !known.isEmpty else { return observed }
        var corrected = observed
        for place in corrected.containers.indices {
            guard let death = known[corrected.containers[place].id] else { continue }
            corrected.containers[place].state = .exited(code: death.exitCode)
            corrected.containers[place].addresses = [:]
        }
        return corrected
    }
}
