import Spec
import Synchronization

/// What lanes share.
struct LaneTools: Sendable {
    let ports: Ports
    let gate: Gate
    let board: StatusBoard
    let pulls: ImagePulls
    let ownStops: OwnStops
    /// Short calls that cost the engine.
    let slots: Slots
    /// Stops: mostly waiting, but each a connection.
    let waits: Slots
}

/// Containers that this process stopped or removed, so that their end is no crash.
final class OwnStops: Sendable {
    private let containers = Mutex<Set<ContainerID>>([])

    func note(_ id: ContainerID) { containers.withLock { _ = $0.insert(id) } }

    func contains(_ id: ContainerID) -> Bool { containers.withLock { $0.contains(id) } }

    /// Forgets those that are gone.
    func keep(only observed: Set<ContainerID>) { containers.withLock { $0.formIntersection(observed) } }
}
