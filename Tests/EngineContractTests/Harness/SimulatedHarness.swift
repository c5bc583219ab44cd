import SimulatedEngine
import Spec

/// The simulated engine, with a clock that runs whenever somebody waits for it.
struct SimulatedHarness: EngineHarness {
    private let simulated = SimulatedEngine()
    let prefix = "contract"

    var engine: any ContainerEngine { simulated }

    func spec(_ behaviour: AgentBehaviour) async throws -> ContainerSpec {
        let image = "agent-\(behaviour.exitCode.map(String.init) ?? "runs")-\(behaviour.ignoresStop):latest"
        simulated.addImage(
            image,
            behaviour: ImageBehaviour(
                exitsAfter: behaviour.exitCode.map { _ in .milliseconds(1) }, exitCode: behaviour.exitCode ?? 0,
                prints: behaviour.prints, stopsAfter: behaviour.ignoresStop ? .seconds(3600) : .zero
            )
        )
        return ContainerSpec(image: image, port: 8080)
    }

    func addStray() async throws -> String {
        simulated.addStray(named: "\(prefix)-stray")
        return "\(prefix)-stray"
    }

    func kill(_ name: String) async throws { simulated.kill(named: name) }

    func passingTime<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let clock = simulated.clock
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                while !Task.isCancelled {
                    clock.advanceToNextSleeper()
                    await Task.yield()
                }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CancellationError()
        }
    }

    func cleanUp() async {}
}
