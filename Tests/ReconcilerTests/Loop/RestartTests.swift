import Reconciler
import SimulatedEngine
import Spec
import Testing

/// The controller is killed after every single step of a plan; the next one goes on from there.
@Suite struct RestartTests {
    private let alice = Simulation.alice

    /// What a history does, and the world it starts from.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var before: @Sendable (Simulation) -> Void
        var act: @Sendable (Simulation) -> Void
        /// Containers created in all when nobody dies.
        var creates: Int
    }

    private static let cases = [
        Case(testDescription: "create", before: { _ in }, act: { $0.want(Simulation.alice) }, creates: 1),
        Case(
            testDescription: "create with a pull",
            before: { $0.engine.publish("new:1", as: PullableImage(takes: .seconds(1))) },
            act: { $0.want(Simulation.alice, spec: Simulation.spec(Simulation.alice, image: "new:1")) }, creates: 1),
        Case(
            testDescription: "recreate", before: { $0.want(Simulation.alice) },
            act: { $0.want(Simulation.alice, spec: Simulation.spec(Simulation.alice, version: 2)) }, creates: 2),
        Case(
            testDescription: "reap", before: { $0.want(Simulation.alice) },
            act: { $0.edit(Simulation.alice) { $0.want = .no(reason: "test", drain: true) } }, creates: 1),
        Case(
            testDescription: "crash", before: { $0.want(Simulation.alice) },
            act: { $0.engine.kill(named: "demo-alice", code: 3) }, creates: 2),
    ]

    @Test(arguments: cases)
    func `a controller killed after any engine call is followed by one that converges`(_ history: Case) async throws {
        var step = 0
        while true {
            step += 1
            let simulation = Simulation()
            history.before(simulation)
            simulation.run(for: .seconds(5))
            simulation.engine.clearLog()
            history.act(simulation)
            let reached = simulation.run(atMost: .seconds(5)) { simulation.engine.log.count >= step }
            guard reached, simulation.engine.log.count < 40 else { break }
            simulation.restart()
            simulation.run(for: .seconds(30))
            #expect(try await simulation.divergences() == [], "killed after call \(step)")
            #expect(simulation.doubles() == [])
        }
        #expect(step > 3)
    }

    /// As above, but between any two jobs, so also inside of what the controller does between calls.
    @Test(arguments: cases)
    func `a controller killed at any point is followed by one that converges`(_ history: Case) async throws {
        var point = 0
        var isOver = false
        while !isOver {
            let simulation = Simulation()
            history.before(simulation)
            simulation.run(for: .seconds(5))
            let created = simulation.engine.containers.map(\.id)
            history.act(simulation)
            var left = point
            isOver = !simulation.runJobs {
                left -= 1
                return left < 0
            }
            simulation.restart()
            simulation.run(for: .seconds(30))
            #expect(try await simulation.divergences() == [], "killed after job \(point)")
            #expect(simulation.calls(.create) <= history.creates, "killed after job \(point): \(created)")
            point += 1
        }
        #expect(point > 10)
    }
}
