import Logging
import Spec

/// Carries out one lane's steps, in order, one engine call at a time. Every step can be repeated after a crash.
///
/// A bounded number of short calls run at once over all lanes. What takes its time and costs the engine little (a
/// pull, a stop's grace, a start until ready) holds no slot, so that one runner's slow start delays no other.
struct LaneSteps: Sendable {
    let lane: Lane
    let tools: LaneTools
    let settings: ReconcilerSettings
    let logger: Logger

    /// The container of this lane's create step, or the one that is started or probed.
    private var container: ContainerID?

    init(lane: Lane, tools: LaneTools, settings: ReconcilerSettings, logger: Logger) {
        self.lane = lane
        self.tools = tools
        self.settings = settings
        self.logger = logger
    }

    mutating func run() async -> LaneOutcome {
        do throws(StepError) {
            for step in lane.steps {
                guard !Task.isCancelled else { throw .superseded("cancelled") }
                logger.debug("step", metadata: ["step": "\(step)"])
                try await perform(step)
            }
            return .done
        } catch {
            switch error {
            case .failed(let failure): return .failed(failure, container: container)
            case .inconclusive(let message): return .inconclusive(message)
            case .superseded(let message): return .superseded(message)
            }
        }
    }

    private mutating func perform(_ step: Step) async throws(StepError) {
        switch step {
        case .closeGate: try closeGate()
        case .stop(let id, _, let grace): try await stop(id, graceSeconds: grace)
        case .remove(let id, _): try await remove(id)
        case .prepareHome: try await prepareHome()
        case .ensureImage(let image): try await ensure(image)
        case .create(let name): container = try await create(name)
        case .start(let id): try await start(id)
        case .probe(let id): try await probe(id)
        }
    }

    // MARK: Taking down

    private func closeGate() throws(StepError) {
        guard tools.gate.close(lane.runner, evenIfHeld: lane.verb == .drain) else {
            throw .superseded("a lease was taken meanwhile")
        }
    }

    private func stop(_ id: ContainerID, graceSeconds: Int) async throws(StepError) {
        tools.ownStops.note(id)
        tools.gate.lose(id, of: lane.runner)
        try await call(tools.waits) { () async throws(EngineError) in
            try await tools.ports.engine.stopContainer(id, graceSeconds: graceSeconds)
        }
    }

    private func remove(_ id: ContainerID) async throws(StepError) {
        tools.ownStops.note(id)
        tools.gate.lose(id, of: lane.runner)
        try await call(tools.slots) { () async throws(EngineError) in
            try await tools.ports.engine.removeContainer(id)
        }
    }

    // MARK: Bringing up

    private func spec() throws(StepError) -> RunnerSpec {
        guard let spec = lane.spec else { throw .superseded("the lane has no spec") }
        return spec
    }

    private func prepareHome() async throws(StepError) {
        let spec = try spec()
        report(.creating, 10, "Preparing the home directory")
        let outcome = await inSlot(tools.slots) { () async -> Result<Void, HomeError> in
            do throws(HomeError) {
                return .success(try await tools.ports.homes.prepare(spec.home))
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case nil: throw .superseded("cancelled")
        case .success: break
        case .failure(let error): throw .failed(failure(.homeFailed, "the home could not be prepared: \(error)"))
        }
    }

    private func ensure(_ image: String) async throws(StepError) {
        let spec = try spec()
        report(.creating, 15, "Looking for image \(image)")
        if spec.pullPolicy != .always {
            let present = try await call(tools.slots) { () async throws(EngineError) in
                try await tools.ports.engine.imageID(of: image)
            }
            if present != nil { return }
            guard spec.pullPolicy == .ifMissing else {
                throw .failed(
                    failure(
                        .imageMissing,
                        "image \(image) is not on this host and is not pulled (pull policy never): build or load it there"
                    ))
            }
        }
        report(.imagePull, 20, "Pulling image \(image)")
        let (board, runner, isStart) = (tools.board, lane.runner, lane.verb.startsContainer)
        do throws(EngineError) {
            try await tools.pulls.pull(image) { if isStart { board.report($0.asStartProgress, of: runner) } }
        } catch {
            switch error {
            case .unreachable, .cancelled, .malformed:
                throw .inconclusive(error.description)
            case .notFound:
                throw .failed(failure(.imageMissing, "image \(image) is not there and cannot be pulled: \(error)"))
            case .timedOut, .conflict, .refused, .misconfigured:
                throw .failed(failure(.pullFailed, "image \(image) cannot be pulled: \(error)"))
            }
        }
    }

    private func create(_ name: String) async throws(StepError) -> ContainerID {
        let spec = try spec()
        report(.dockerRun, 65, "Creating container \(name)")
        let request = ContainerRequest(
            name: name, runner: lane.runner, generation: lane.generation, fingerprint: spec.fingerprint,
            spec: spec.container)
        let result = await inSlot(tools.slots) { () async -> Result<ContainerID, EngineError> in
            do throws(EngineError) {
                return .success(try await tools.ports.engine.createContainer(request))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case nil: throw .superseded("cancelled")
        case .success(let id): return id
        case .failure(let error) where error.isInconclusive: throw .inconclusive(error.description)
        case .failure(.notFound(let message)): throw try await missing(spec.container.image, message)
        case .failure(.conflict(let message)): throw try await taken(name, message)
        case .failure(let error): throw .failed(failure(.createFailed, "\(name) could not be created: \(error)"))
        }
    }

    /// A create that found something missing: most often the image, else a network or the like.
    private func missing(_ image: String, _ message: String) async throws(StepError) -> StepError {
        let present = try await call(tools.slots) { () async throws(EngineError) in
            try await tools.ports.engine.imageID(of: image)
        }
        return present == nil
            ? .failed(failure(.imageMissing, "image \(image) is not present: \(message)"))
            : .failed(failure(.createFailed, message))
    }

    /// A create whose name is in use: by an earlier container of the same runner, which the next plan takes into
    /// account, or by somebody else's, which is never touched.
    private func taken(_ name: String, _ message: String) async throws(StepError) -> StepError {
        let ours = try await call(tools.slots) { () async throws(EngineError) in
            try await tools.ports.engine.listContainers()
        }
        return ours.contains { $0.name == name && $0.runner == lane.runner }
            ? .inconclusive("\(name) exists already")
            : .failed(failure(.nameTaken, "a container that is not this runner's has the name \(name): \(message)"))
    }

    private mutating func start(_ id: ContainerID?) async throws(StepError) {
        let id = try known(id)
        report(.dockerRun, 70, "Starting the container")
        let result = await inSlot(tools.slots) { () async -> Result<Void, EngineError> in
            do throws(EngineError) {
                return .success(try await tools.ports.engine.startContainer(id))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case nil: throw .superseded("cancelled")
        case .success: break
        case .failure(.notFound(let message)): throw .inconclusive(message)
        case .failure(let error) where error.isInconclusive: throw .inconclusive(error.description)
        case .failure(let error): throw .failed(failure(.startFailed, "the container could not be started: \(error)"))
        }
    }

    private mutating func probe(_ id: ContainerID?) async throws(StepError) {
        let (id, spec) = (try known(id), try spec())
        report(.healthWait, 75, "Waiting until it is ready")
        let wait = ReadinessWait(
            engine: tools.ports.engine, probe: tools.ports.probe, clock: tools.ports.clock, reach: settings.reach,
            probeTimeout: settings.probeTimeout)
        let endpoint: RunnerEndpoint
        do throws(StepError) {
            endpoint = try await wait.endpoint(of: id, spec: spec)
        } catch .failed(let failure) where failure.reason == .exited && lane.verb == .adopt {
            // It ran before this lane: the next list shows it dead, and that is no failed start.
            throw .inconclusive(failure.message)
        }
        tools.gate.open(endpoint, countsAsActivity: lane.verb != .adopt)
        report(.ready, 100, "ready")
    }

    private mutating func known(_ id: ContainerID?) throws(StepError) -> ContainerID {
        guard let known = id ?? container else { throw .superseded("the lane made no container") }
        container = known
        return known
    }

    // MARK: Helpers

    private func failure(_ reason: RunnerFailure.Reason, _ message: String) -> RunnerFailure {
        RunnerFailure(reason: reason, message: message, at: tools.ports.clock.now())
    }

    private func report(_ stage: StartProgress.Stage, _ percent: Int, _ message: String) {
        guard lane.verb.startsContainer else { return }
        tools.board.report(StartProgress(stage: stage, percent: percent, message: message), of: lane.runner)
    }

    /// An engine call of which any refusal only means: look again.
    private func call<Value: Sendable>(
        _ slots: Slots, _ body: () async throws(EngineError) -> Value
    ) async throws(StepError) -> Value {
        do {
            return try await slots.withSlot(body)
        } catch let error as EngineError {
            throw .inconclusive(error.description)
        } catch {
            throw .superseded("cancelled")
        }
    }

    /// nil when cancelled while queued.
    private func inSlot<Value: Sendable>(_ slots: Slots, _ body: () async -> Value) async -> Value? {
        try? await slots.withSlot(body)
    }
}

extension LaneVerb {
    /// Whether its end is a ready container.
    var startsContainer: Bool {
        switch self {
        case .create, .recreate, .start, .adopt: true
        case .drain, .reap: false
        }
    }
}

extension PullProgress {
    /// 20 to 60 percent, by bytes where sizes are known, else by layers.
    fileprivate var asStartProgress: StartProgress {
        let share =
            totalBytes > 0
            ? Double(bytes) / Double(totalBytes) : layers > 0 ? Double(layersDone) / Double(layers) : 0
        let detail = totalBytes > 0 ? "\(bytes) of \(totalBytes) bytes" : "\(layersDone) of \(layers) layers"
        return StartProgress(
            stage: .imagePull, percent: 20 + Int(40 * min(1, max(0, share))), message: "Pulling image \(image)",
            detail: status.isEmpty ? detail : "\(status), \(detail)")
    }
}
