import Logging
import Reconciler
import SimulatedEngine
import Spec

/// How long a whole pass of the controller takes when nothing is to do: desired state, one list, plan, report.
struct PassBench {
    private let runners = 1000
    private let rounds = 50

    /// One JSON object, as ``PlanBench`` prints them. Throws when the simulated engine refuses a container.
    func run() async throws -> String {
        let world = PlanWorld(runners: runners)
        let clock = VirtualClock(now: world.now)
        let engine = SimulatedEngine(clock: clock, seed: 1)
        engine.addImage(PlanWorld.image)
        for runner in world.desired.runners.values { try await start(runner, on: engine) }

        let desired = MemoryDesiredState(world.desired)
        let journal = MemoryJournal(desired: desired) { id, _ in world.desired.runners[id] }
        let reconciler = Reconciler(
            engine: engine, desired: desired, editing: NoEditing(), journal: journal, homes: NoHomes(),
            probe: SimulatedProbe(engine: engine), clock: clock, settings: ReconcilerSettings(),
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reconciler.run() }
            while reconciler.statuses(ofUser: nil).count(where: { $0.phase == .ready }) < runners {
                try await Task.sleep(for: .milliseconds(5))
            }
            let times = await measure(reconciler, clock)
            group.cancelAll()
            return PlanBench.line("pass_noop_\(runners)", times.sorted(), lanes: 0)
        }
    }

    private func measure(_ reconciler: Reconciler, _ clock: VirtualClock) async -> [Duration] {
        var times: [Duration] = []
        for _ in 0..<rounds {
            // Virtual time tells one pass from the next; the real clock measures.
            clock.advance(by: .milliseconds(1))
            let (begun, last) = (ContinuousClock.now, reconciler.lastPass)
            reconciler.nudge()
            while reconciler.lastPass == last { await Task.yield() }
            times.append(begun.duration(to: .now))
        }
        return times
    }

    private func start(_ runner: DesiredRunner, on engine: SimulatedEngine) async throws {
        guard case .runnable(let spec) = runner.resolution else { return }
        let id = try await engine.createContainer(
            ContainerRequest(
                name: "\(spec.containerName)-\(runner.id.backend)", runner: runner.id, generation: runner.generation,
                fingerprint: spec.fingerprint, spec: spec.container))
        try await engine.startContainer(id)
    }
}

/// Nobody edits while a pass is measured.
private struct NoEditing: DesiredStateEditing {
    func wish(_ id: RunnerID, retry: Bool) async throws {}
    func withdraw(_ id: RunnerID, reason: String) async throws -> Bool { false }
    func recycle(_ id: RunnerID) async throws -> Bool { false }
    func setIdleSeconds(_ seconds: Int, for id: RunnerID) async throws {}
    func idleSeconds(ofUser slug: String) async throws -> [String: Int] { [:] }
}
