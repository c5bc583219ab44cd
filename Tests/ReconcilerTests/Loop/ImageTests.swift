import Reconciler
import SimulatedEngine
import Spec
import Testing

/// Images whose name comes to mean another one while runners run.
@Suite struct ImageTests {
    private let alice = Simulation.alice

    private func ready(_ simulation: Simulation) {
        simulation.want(alice)
        #expect(simulation.run { simulation.isReady(alice) })
        simulation.settle()
    }

    @Test func `a rebuilt image reaches the runner with the next timed pass, once`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let before = simulation.containers(of: alice)[0].id
        simulation.run(for: .seconds(61))
        #expect(simulation.containers(of: alice)[0].id == before)
        simulation.engine.addImage(Simulation.image)
        simulation.run(for: .seconds(31))
        #expect(simulation.isReady(alice))
        let after = simulation.containers(of: alice)[0].id
        #expect(after != before)
        simulation.run(for: .seconds(120))
        #expect(simulation.containers(of: alice)[0].id == after)
    }

    @Test func `one call for each image in an interval, however many passes and runners`() async throws {
        let simulation = Simulation()
        ready(simulation)
        simulation.want(Simulation.bob)
        #expect(simulation.run { simulation.isReady(Simulation.bob) })
        simulation.run(for: .seconds(31))
        simulation.engine.clearLog()
        for _ in 0..<20 {
            simulation.reconciler.nudge()
            simulation.settle()
        }
        #expect(simulation.calls(.list) >= 20)
        #expect(simulation.calls(.image) == 0)
        simulation.run(for: .seconds(31))
        #expect(simulation.calls(.image) == 1)
    }

    @Test func `a restart of operatord recreates nothing`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let before = simulation.containers(of: alice)[0].id
        simulation.restart()
        simulation.run(for: .seconds(61))
        #expect(simulation.isReady(alice))
        #expect(simulation.containers(of: alice)[0].id == before)
    }

    @Test func `while the engine cannot say what the image is, nothing follows`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let before = simulation.containers(of: alice)[0].id
        simulation.engine.removeImage(Simulation.image)
        simulation.run(for: .seconds(61))
        #expect(simulation.containers(of: alice)[0].id == before)
    }

    @Test func `a pull asked for by a person is noticed at once`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let before = simulation.containers(of: alice)[0].id
        simulation.run(for: .seconds(2))
        simulation.engine.publish(Simulation.image)
        simulation.reconciler.beginPull(of: Simulation.image)
        simulation.reconciler.beginPull(of: Simulation.image)
        simulation.run(for: .seconds(20))
        #expect(simulation.calls(.pull) == 1)
        #expect(simulation.containers(of: alice)[0].id != before)
        #expect(simulation.isReady(alice))
    }
}
