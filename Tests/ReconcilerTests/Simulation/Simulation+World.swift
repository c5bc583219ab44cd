import Reconciler
import SimulatedEngine
import Spec

/// Runners of the simulated world, what is wanted of them, and what there is.
extension Simulation {
    static let alice = RunnerID(user: "alice", backend: "demo")
    static let bob = RunnerID(user: "bob", backend: "demo")

    static func spec(
        _ id: RunnerID, version: Int = 1, image: String = image, pull: PullPolicy = .ifMissing,
        startup: Duration = .seconds(90)
    ) -> RunnerSpec {
        RunnerSpec(
            id: id, containerName: "\(id.backend)-\(id.user)", container: ContainerSpec(image: image, port: 8080),
            home: HomeSpec(path: "/homes/\(id)"),
            probe: ProbeSpec(healthPath: "/health", readyPath: "/v1/models", startupTimeout: startup),
            credential: RunnerCredential(headerName: "Authorization", headerValue: Secret("Bearer key")),
            pullPolicy: pull, fingerprint: Fingerprint(spec: "\(image)-\(version)", seed: "s", overrides: "o"))
    }

    /// A runner that is wanted for ten minutes after its last activity.
    static func runner(_ id: RunnerID, at now: Timestamp, want: Want = .whileActive(idle: .seconds(600)))
        -> DesiredRunner
    {
        DesiredRunner(id: id, generation: 1, want: want, lastActivity: now, resolution: .runnable(spec(id)))
    }

    /// Wants the runner, always unless told otherwise.
    func want(_ id: RunnerID, _ want: Want = .always, spec: RunnerSpec? = nil) {
        let now = clock.now()
        desired.edit { desired in
            var runner = desired.runners[id] ?? Self.runner(id, at: now)
            runner.want = want
            runner.lastActivity = now
            if let spec { runner.resolution = .runnable(spec) }
            desired.runners[id] = runner
        }
        reconciler.nudge()
    }

    func edit(_ id: RunnerID, _ edit: @Sendable (inout DesiredRunner) -> Void) {
        desired.edit { desired in
            guard var runner = desired.runners[id] else { return }
            edit(&runner)
            desired.runners[id] = runner
        }
        reconciler.nudge()
    }

    func isReady(_ id: RunnerID) -> Bool { reconciler.leaseIfReady(id) != nil }

    func containers(of id: RunnerID) -> [ObservedContainer] { engine.containers.filter { $0.runner == id } }

    func calls(_ call: EngineCall) -> Int { engine.log.count { $0.split(separator: " ").first == call.rawValue[...] } }

    /// What is wrong with the world, as people would say it; empty when it is as desired and served.
    func divergences() async throws -> [String] {
        let desired = try await desired.desiredState()
        var found: [String] = []
        for (id, runner) in desired.runners {
            let containers = containers(of: id)
            if case .no = runner.want {
                if !containers.isEmpty { found.append("\(id) is not wanted and has \(containers.map(\.state))") }
                continue
            }
            guard case .runnable(let spec) = runner.resolution else {
                if containers.contains(where: { $0.state.mayHaveProcess }) { found.append("\(id) is blocked and runs") }
                continue
            }
            guard containers.count == 1, let container = containers.first else {
                found.append("\(id) has \(containers.count) containers: \(containers.map(\.state))")
                continue
            }
            if container.state != .running { found.append("\(id) is \(container.state)") }
            if container.fingerprint.map(spec.fingerprint.matches) != true { found.append("\(id) has drifted") }
            if !isReady(id) {
                found.append("\(id) gets no lease: \(String(describing: reconciler.status(of: id)?.phase))")
            }
        }
        for container in engine.containers where !engine.strays.contains(container) {
            if let id = container.runner, desired.runners[id] == nil { found.append("orphan \(container.name)") }
        }
        return found.sorted()
    }

    /// Runners with more than one container that may have a process.
    func doubles() -> [String] {
        Dictionary(grouping: engine.containers.filter { $0.state.mayHaveProcess }, by: \.runner)
            .filter { $0.key != nil && $0.value.count > 1 }.map { "\($0.value.map(\.name))" }
    }
}
