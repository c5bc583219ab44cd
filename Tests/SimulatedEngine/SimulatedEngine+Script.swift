package import Spec
import Synchronization

/// What a test does to the daemon behind the operator's back, and what it reads afterwards.
extension SimulatedEngine {
    /// Every call in order, as `create demo-alice`.
    package var log: [String] { state.withLock { $0.log } }

    package func clearLog() { state.withLock { $0.log = [] } }

    package func editFaults(_ edit: @Sendable (inout FaultScript) -> Void) {
        state.withLock { edit(&$0.faults) }
    }

    /// Puts an image onto the host.
    package func addImage(_ reference: String, behaviour: ImageBehaviour = ImageBehaviour()) {
        state.withLock {
            $0.world.images[reference] = "sha256:" + $0.world.hexadecimal()
            $0.world.behaviours[reference] = behaviour
        }
    }

    package func removeImage(_ reference: String) {
        state.withLock { $0.world.images[reference] = nil }
    }

    /// Makes an image available to pulls.
    package func publish(
        _ reference: String, as image: PullableImage = PullableImage(), behaviour: ImageBehaviour = ImageBehaviour()
    ) {
        state.withLock {
            $0.world.registry[reference] = image
            $0.world.registryIDs[reference] = "sha256:" + $0.world.hexadecimal()
            $0.world.behaviours[reference] = behaviour
        }
    }

    /// Puts a container into the world as if somebody had made it. Without `isOurs` it is a stray.
    package func add(_ container: ObservedContainer, port: UInt16 = 8080, isOurs: Bool = true) {
        change { world in _ = world.insert(container, port: port, isOurs: isOurs) }
    }

    /// A running container without our label.
    @discardableResult
    package func addStray(named name: String) -> ContainerID {
        let id = state.withLock { ContainerID($0.world.hexadecimal()) }
        add(
            ObservedContainer(
                id: id, name: name, runner: nil, fingerprint: nil, generation: nil, state: .running,
                createdAt: clock.now()), isOurs: false)
        return id
    }

    /// `docker kill`: the container stays, exited. Nothing happens when there is none that runs.
    package func kill(named name: String, code: Int = 137) {
        change { world in
            if let id = world.container(named: name)?.observed.id { world.exit(id, code: code) }
        }
    }

    /// Lists show what exited as running; everything else tells the truth.
    package func isLateWithDeaths(_ isLate: Bool) { state.withLock { $0.world.isLateWithDeaths = isLate } }

    /// `docker rm -f`.
    package func removeBehindBack(named name: String) {
        change { world in
            if let id = world.container(named: name)?.observed.id { world.remove(id) }
        }
    }

    /// Sets a state that no call of ours leads to, such as `.paused` or `.removing`.
    package func force(_ newState: ContainerState, named name: String) {
        change { world in
            guard let id = world.container(named: name)?.observed.id else { return }
            world.containers[id]?.observed.state = newState
            world.emit("update", id)
        }
    }

    /// The daemon stops: calls are unreachable and event streams end. Its containers run on unless told otherwise.
    package func goAway(stoppingContainers: Bool = false) {
        let subscribers = state.withLock { state in
            state.world.isAvailable = false
            if stoppingContainers {
                for id in state.world.containers.keys { state.world.exit(id, code: 137) }
                state.world.events = []
            }
            defer { state.subscribers = [:] }
            return Array(state.subscribers.values)
        }
        for subscriber in subscribers { subscriber.finish(throwing: Self.away) }
    }

    package func comeBack() { state.withLock { $0.world.isAvailable = true } }

    /// While true, what happens is told to no subscriber.
    package func dropEvents(_ drops: Bool) { state.withLock { $0.dropsEvents = drops } }

    /// All containers sorted by name, strays included, whatever state the daemon is in.
    package var containers: [ObservedContainer] {
        state.withLock { $0.world.containers.values.map(\.observed) }.sorted { $0.name < $1.name }
    }

    /// The containers without our label, sorted by name.
    package var strays: [ObservedContainer] {
        state.withLock { $0.world.containers.values.filter { !$0.isOurs }.map(\.observed) }.sorted { $0.name < $1.name }
    }

    package var networks: Set<String> { state.withLock { $0.world.networks } }
}
