import Reconciler
import SimulatedEngine
import Spec
import Testing

/// What a container wrote, on its way to people.
@Suite struct LogTests {
    private let alice = Simulation.alice

    private func spec(image: String = Simulation.image) -> RunnerSpec {
        var spec = Simulation.spec(alice, image: image)
        spec.container.environment = [EnvironmentVariable("LLM_API_KEY", .secret(Secret("sk-1234")))]
        return spec
    }

    private func log(_ simulation: Simulation, lines: Int = 10) -> Started<Result<RunnerLog?, EngineError>> {
        let alice = alice
        return simulation.task { reconciler in
            do throws(EngineError) {
                return .success(try await reconciler.log(of: alice, lines: lines))
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func `a log is the last lines of the runner's container, without its secrets`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(
            Simulation.image, behaviour: ImageBehaviour(prints: ["hello", "my key is sk-1234", "bye"]))
        simulation.want(alice, spec: spec())
        #expect(simulation.run { simulation.isReady(alice) })
        let answer = log(simulation, lines: 2)
        simulation.settle()
        #expect(
            try answer.value?.get() == RunnerLog(containerName: "demo-alice", lines: ["my key is •••", "bye"]))
    }

    @Test func `a secret that the container was started with stays one when the runner gets another`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(prints: ["my key is sk-1234"]))
        simulation.want(alice, spec: spec())
        #expect(simulation.run { simulation.isReady(alice) })
        simulation.edit(alice) { $0.resolution = .blocked(.missingValues(["LLM_API_KEY"])) }
        let answer = log(simulation)
        simulation.settle()
        if let lines = try answer.value?.get()?.lines { #expect(lines == ["my key is •••"]) }
    }

    @Test func `there is no log without a container, and none is made up when the engine is away`() async throws {
        let simulation = Simulation()
        let without = log(simulation)
        simulation.settle()
        #expect(try without.value?.get() == .some(nil))

        simulation.want(alice, spec: spec())
        #expect(simulation.run { simulation.isReady(alice) })
        simulation.engine.goAway()
        let away = log(simulation)
        simulation.settle()
        #expect(throws: EngineError.self) { try away.value?.get() }
    }

    @Test func `the last lines of a failed start are kept without its secrets`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(
            "broken:1",
            behaviour: ImageBehaviour(readyAfter: nil, exitsAfter: .milliseconds(1), prints: ["sk-1234 is bad"]))
        simulation.want(alice, spec: spec(image: "broken:1"))
        #expect(simulation.run(atMost: .seconds(5)) { simulation.reconciler.status(of: alice)?.failure != nil })
        simulation.settle()
        #expect(simulation.reconciler.status(of: alice)?.failure?.logTail == ["••• is bad"])
        #expect(simulation.journal.events.first { $0.reason == "Failed" }?.logTail == ["••• is bad"])
    }
}
