import Spec

/// One container of the simulated daemon, ours or not.
struct SimulatedContainer {
    var observed: ObservedContainer
    var isOurs: Bool
    var port: UInt16
    var startedAt: Timestamp?
    var exitCode: Int?
    var secrets: [Secret] = []
    var lines: [String] = []
    var probes = 0
    /// Counts starts, so that an exit planned for an earlier one strikes no later one.
    var starts = 0

    var asBeforeItsDeath: ObservedContainer {
        var before = observed
        if case .exited = observed.state { before.state = .running }
        return before
    }
}

/// What the simulated daemon knows. Plain values: every call is one function from state to state.
struct SimulatedWorld {
    var containers: [ContainerID: SimulatedContainer] = [:]
    /// Reference to image id, of what is present locally.
    var images: [String: String] = [:]
    /// Reference to what a pull would fetch.
    var registry: [String: PullableImage] = [:]
    /// Reference to the id that a pull gives it.
    var registryIDs: [String: String] = [:]
    var behaviours: [String: ImageBehaviour] = [:]
    var networks: Set<String> = []
    var isAvailable = true
    /// Whether a list shows what exited as running, as Docker's does until it has cleaned up behind it.
    var isLateWithDeaths = false
    var events: [EngineEvent] = []
    private var generator: SplitMix64
    private var lastAddress = 1
    private var lastPort: UInt16 = 20_000

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func hexadecimal() -> String {
        (0..<4).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    func container(named name: String) -> SimulatedContainer? {
        containers.values.first { $0.observed.name == name }
    }

    func behaviour(of image: String) -> ImageBehaviour { behaviours[image] ?? ImageBehaviour() }

    mutating func create(_ request: ContainerRequest, at now: Timestamp) throws(EngineError) -> ContainerID {
        guard let imageID = images[request.spec.image] else {
            throw .notFound("No such image: \(request.spec.image)")
        }
        if let holder = container(named: request.name) {
            throw .conflict("The container name \"/\(request.name)\" is already in use by \(holder.observed.id)")
        }
        let id = insert(
            ObservedContainer(
                id: ContainerID(hexadecimal()), name: request.name, runner: request.runner,
                fingerprint: request.fingerprint, generation: request.generation, state: .created, createdAt: now,
                image: request.spec.image, imageID: imageID), port: request.spec.port, isOurs: true)
        containers[id]?.secrets = request.spec.secretValues
        return id
    }

    @discardableResult
    mutating func insert(_ observed: ObservedContainer, port: UInt16, isOurs: Bool) -> ContainerID {
        containers[observed.id] = SimulatedContainer(observed: observed, isOurs: isOurs, port: port)
        if observed.state == .running { setRunning(observed.id, at: observed.createdAt) }
        emit("create", observed.id)
        return observed.id
    }

    /// False when it already ran.
    mutating func start(_ id: ContainerID, at now: Timestamp) throws(EngineError) -> Bool {
        guard let container = containers[id] else { throw .notFound("No such container: \(id)") }
        switch container.observed.state {
        case .running, .restarting: return false
        case .paused: throw .conflict("cannot start a paused container, try unpause instead")
        case .removing, .dead: throw .conflict("container is marked for removal and cannot be started")
        case .created, .exited:
            setRunning(id, at: now)
            emit("start", id)
            return true
        }
    }

    mutating func setRunning(_ id: ContainerID, at now: Timestamp) {
        guard var container = containers[id] else { return }
        lastAddress += 1
        lastPort += 1
        container.observed.state = .running
        container.observed.addresses = ["agstack-1": "10.201.\(lastAddress / 250).\(lastAddress % 250 + 2)"]
        container.observed.publishedPorts = [container.port: lastPort]
        container.startedAt = now
        container.exitCode = nil
        container.starts += 1
        container.lines += behaviour(of: container.observed.image).prints
        containers[id] = container
    }

    /// Ends the process if there is one.
    mutating func exit(_ id: ContainerID, code: Int) {
        guard var container = containers[id], container.observed.state.mayHaveProcess else { return }
        container.observed.state = .exited(code: code)
        container.observed.addresses = [:]
        container.observed.publishedPorts = [:]
        container.exitCode = code
        containers[id] = container
        emit("die", id)
    }

    mutating func remove(_ id: ContainerID) {
        exit(id, code: 137)
        guard containers[id] != nil else { return }
        emit("destroy", id)
        containers[id] = nil
    }

    mutating func emit(_ action: String, _ id: ContainerID) {
        guard let container = containers[id], container.isOurs else { return }
        let exitCode = action == "die" ? container.exitCode : nil
        events.append(
            EngineEvent(action: action, container: id, runner: container.observed.runner, exitCode: exitCode))
    }
}
