import Spec
import Testing

/// An engine and what a check needs around it to be the same for a real and a simulated one.
protocol EngineHarness: Sendable {
    var engine: any ContainerEngine { get }
    /// Different in every harness, so that tests do not meet.
    var prefix: String { get }

    /// A container of an image that is present and behaves so.
    func spec(_ behaviour: AgentBehaviour) async throws -> ContainerSpec
    /// A container of somebody else, running. Gives its name.
    func addStray() async throws -> String
    /// `docker kill` behind the engine's back.
    func kill(_ name: String) async throws
    /// Lets time pass until the work is done.
    func passingTime<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value
    /// Removes everything that the check made.
    func cleanUp() async
}

/// What a check's container does once started.
struct AgentBehaviour: Sendable {
    var prints: [String] = []
    /// nil = runs until it is stopped.
    var exitCode: Int?
    var ignoresStop = false

    static let runs = AgentBehaviour()
}

/// The implementations that have to keep the promises.
enum EngineKind: CaseIterable, Sendable, CustomTestStringConvertible {
    case simulated, docker

    /// Without a daemon the real one fails, unless it is left out on purpose.
    static let tested: [EngineKind] = DockerHarness.isLeftOut ? [.simulated] : allCases

    var testDescription: String { self == .docker ? "Docker Engine" : "simulated engine" }

    /// Runs a check against a fresh engine and cleans up after it.
    func check(_ body: (any EngineHarness) async throws -> Void) async throws {
        let harness: any EngineHarness = self == .docker ? try await DockerHarness.make() : SimulatedHarness()
        do {
            try await body(harness)
        } catch {
            await harness.cleanUp()
            throw error
        }
        await harness.cleanUp()
    }
}

extension EngineHarness {
    func request(
        _ name: String, _ spec: ContainerSpec, runner: RunnerID = RunnerID(user: "alice", backend: "demo")
    ) -> ContainerRequest {
        ContainerRequest(
            name: "\(prefix)-\(name)", runner: runner, generation: 7,
            fingerprint: Fingerprint(spec: "aa", seed: "bb", overrides: "cc", fields: ["env.LOG LEVEL": "0123abcd"]),
            spec: spec
        )
    }

    func create(_ name: String, _ behaviour: AgentBehaviour = .runs) async throws -> ContainerID {
        try await engine.createContainer(request(name, try await spec(behaviour)))
    }

    func start(_ name: String, _ behaviour: AgentBehaviour = .runs) async throws -> ContainerID {
        let id = try await create(name, behaviour)
        try await engine.startContainer(id)
        return id
    }

    func listed(_ id: ContainerID) async throws -> ObservedContainer? {
        try await engine.listContainers().first { $0.id == id }
    }

    /// Asks again until the container is as wanted; gives what the last listing said of it.
    func listed(
        _ id: ContainerID, once condition: @escaping @Sendable (ObservedContainer) -> Bool
    ) async throws -> ObservedContainer? {
        try await passingTime {
            let end = ContinuousClock.now + .seconds(20)
            while true {
                let container = try await listed(id)
                if container.map(condition) == true || .now > end { return container }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }
}
