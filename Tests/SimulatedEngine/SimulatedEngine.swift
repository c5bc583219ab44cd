package import Spec
import Synchronization

/// An honest container daemon in memory: it keeps every promise of ``ContainerEngine``, on a clock that a test moves,
/// and breaks them only as its fault script says.
package final class SimulatedEngine: ContainerEngine {
    package let clock: VirtualClock
    /// Deadline of a call that hangs.
    package let callTimeout: Duration
    let state: Mutex<State>

    struct State {
        var world: SimulatedWorld
        var faults = FaultScript()
        var log: [String] = []
        var subscribers: [Int: AsyncThrowingStream<EngineEvent, any Error>.Continuation] = [:]
        var lastSubscriber = 0
        var dropsEvents = false
    }

    /// Container ids follow from the seed.
    package init(clock: VirtualClock = VirtualClock(), seed: UInt64 = 1, callTimeout: Duration = .seconds(30)) {
        self.clock = clock
        self.callTimeout = callTimeout
        state = Mutex(State(world: SimulatedWorld(seed: seed)))
    }

    package func listContainers() async throws(EngineError) -> [ObservedContainer] {
        try await perform(.list) { world throws(EngineError) in
            world.containers.values.filter(\.isOurs).map { world.isLateWithDeaths ? $0.asBeforeItsDeath : $0.observed }
        }
    }

    package func inspectContainer(_ id: ContainerID) async throws(EngineError) -> ContainerDetail? {
        try await perform(.inspect, name(of: id)) { world throws(EngineError) in
            world.containers[id].map {
                ContainerDetail(
                    container: $0.observed, startedAt: $0.startedAt, exitCode: $0.exitCode, secrets: $0.secrets)
            }
        }
    }

    package func createContainer(_ request: ContainerRequest) async throws(EngineError) -> ContainerID {
        let now = clock.now()
        return try await perform(.create, request.name) { world throws(EngineError) in
            try world.create(request, at: now)
        }
    }

    package func startContainer(_ id: ContainerID) async throws(EngineError) {
        let clock = clock
        try await perform(.start, name(of: id)) { world throws(EngineError) -> PlannedExit? in
            guard try world.start(id, at: clock.now()), let container = world.containers[id] else { return nil }
            let behaviour = world.behaviour(of: container.observed.image)
            return behaviour.exitsAfter.map {
                PlannedExit(after: $0, code: behaviour.exitCode, start: container.starts)
            }
        } always: { [weak self] (exit: PlannedExit?) in
            if let exit { self?.plan(exit, of: id) }
        }
    }

    package func stopContainer(_ id: ContainerID, graceSeconds: Int) async throws(EngineError) {
        let wait = state.withLock { state -> Duration in
            guard let container = state.world.containers[id], container.observed.state.mayHaveProcess else {
                return .zero
            }
            return min(state.world.behaviour(of: container.observed.image).stopsAfter, .seconds(max(0, graceSeconds)))
        }
        let isKilled = wait == .seconds(graceSeconds) && wait > .zero
        try await perform(.stop, name(of: id), taking: wait) { world throws(EngineError) in
            world.exit(id, code: isKilled ? 137 : 0)
        }
    }

    package func removeContainer(_ id: ContainerID) async throws(EngineError) {
        try await perform(.remove, name(of: id)) { world throws(EngineError) in world.remove(id) }
    }

    package func logs(of id: ContainerID, tail: Int) async throws(EngineError) -> [String] {
        try await perform(.logs, name(of: id)) { world throws(EngineError) in
            Array((world.containers[id]?.lines ?? []).suffix(max(0, tail)))
        }
    }

    package func followLogs(
        of id: ContainerID, tail: Int, _ take: @Sendable (String) -> Void
    ) async throws(EngineError) {
        let hints = events()
        do {
            var seen: Int?
            for try await _ in hints {
                let container = self.state.withLock { $0.world.containers[id] }
                let lines = container?.lines ?? []
                lines.dropFirst(seen ?? max(0, lines.count - tail)).forEach(take)
                seen = lines.count
                guard container?.observed.state.mayHaveProcess == true else { break }
            }
        } catch {
            throw (error as? EngineError) ?? .cancelled
        }
        if Task.isCancelled { throw .cancelled }
    }

    package func imageID(of reference: String) async throws(EngineError) -> String? {
        try await perform(.image, reference) { world throws(EngineError) in world.images[reference] }
    }

    package func pullImage(
        _ reference: String, progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws(EngineError) {
        let image = try await perform(.pull, reference) { world throws(EngineError) in
            guard let image = world.registry[reference] else {
                throw .notFound("pull access denied for \(reference), repository does not exist")
            }
            return image
        }
        for layer in 0..<image.layers {
            progress(image.progress(of: reference, layersDone: layer, status: "Downloading"))
            try await pass(max(image.takes / image.layers, .milliseconds(100)), during: .pull)
        }
        state.withLock { $0.world.images[reference] = $0.world.registryIDs[reference] }
        progress(image.progress(of: reference, layersDone: image.layers, status: "Pull complete"))
    }

    package func ensureNetwork(named name: String) async throws(EngineError) {
        try await perform(.network, name) { world throws(EngineError) in _ = world.networks.insert(name) }
    }

    package func info() async throws(EngineError) -> EngineInfo {
        try await perform(.info) { world throws(EngineError) in
            EngineInfo(version: "0.0.0-simulated", apiVersion: "1.41", cpus: 2, memoryBytes: 4_294_967_296)
        }
    }

    package func events() -> AsyncThrowingStream<EngineEvent, any Error> {
        AsyncThrowingStream { continuation in
            let id = state.withLock { state -> Int? in
                guard state.world.isAvailable else { return nil }
                state.lastSubscriber += 1
                state.subscribers[state.lastSubscriber] = continuation
                continuation.yield(EngineEvent(action: "subscribed"))
                return state.lastSubscriber
            }
            guard let id else { return continuation.finish(throwing: Self.away) }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { _ = $0.subscribers.removeValue(forKey: id) }
            }
        }
    }
}

extension SimulatedEngine {
    static let away = EngineError.unreachable("the simulated daemon is away")

    struct PlannedExit: Sendable {
        var after: Duration
        var code: Int
        var start: Int
    }

    /// One call: noted, struck by its fault if it has one, then carried out in one piece.
    ///
    /// `always` runs after the change even when the reply is lost.
    @discardableResult
    private func perform<Answer: Sendable>(
        _ call: EngineCall, _ subject: String = "", taking time: Duration = .zero,
        _ body: @Sendable (inout SimulatedWorld) throws(EngineError) -> Answer,
        always: (@Sendable (Answer) -> Void)? = nil
    ) async throws(EngineError) -> Answer {
        if Task.isCancelled { throw .cancelled }
        let fault = state.withLock { state in
            state.log.append(subject.isEmpty ? call.rawValue : "\(call.rawValue) \(subject)")
            return state.world.isAvailable ? state.faults.next(for: call) : nil
        }
        switch fault {
        case nil, .replyLost, .answersAfter: break
        case .fails(let error): throw error
        case .takes(let delay): try await pass(delay, during: call)
        case .hangs:
            try await pass(callTimeout, during: call)
            throw .timedOut(call: call.rawValue, after: callTimeout)
        }
        try await pass(time, during: call)
        let answer = try change { world throws(EngineError) in
            guard world.isAvailable else { throw Self.away }
            return try body(&world)
        }
        always?(answer)
        if case .replyLost(let error) = fault { throw error }
        if case .answersAfter(let delay) = fault { try await pass(delay, during: call) }
        return answer
    }

    /// Lets the clock's time pass inside a call.
    private func pass(_ duration: Duration, during call: EngineCall) async throws(EngineError) {
        guard duration > .zero else { return }
        do { try await clock.sleep(for: duration) } catch { throw .cancelled }
        guard state.withLock({ $0.world.isAvailable }) else { throw Self.away }
    }

    /// Changes the world and tells the subscribers what happened, in order.
    @discardableResult
    func change<Answer: Sendable, Failure>(
        _ body: @Sendable (inout SimulatedWorld) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try state.withLock { state throws(Failure) in
            defer {
                let events = state.dropsEvents ? [] : state.world.events
                state.world.events = []
                for event in events { for subscriber in state.subscribers.values { subscriber.yield(event) } }
            }
            return try body(&state.world)
        }
    }

    private func name(of id: ContainerID) -> String {
        state.withLock { $0.world.containers[id]?.observed.name } ?? id.description
    }

    private func plan(_ exit: PlannedExit, of id: ContainerID) {
        clock.schedule(after: exit.after) { [weak self] in
            self?.change { world in
                if world.containers[id]?.starts == exit.start { world.exit(id, code: exit.code) }
            }
        }
    }
}

extension PullableImage {
    fileprivate func progress(of reference: String, layersDone: Int, status: String) -> PullProgress {
        PullProgress(
            image: reference, layers: layers, layersDone: layersDone,
            bytes: totalBytes * Int64(layersDone) / Int64(max(1, layers)), totalBytes: totalBytes, status: status)
    }
}
