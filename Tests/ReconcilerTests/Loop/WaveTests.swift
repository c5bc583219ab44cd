import Reconciler
import SimulatedEngine
import Spec
import Testing

/// How the progress of a change that goes in waves is told.
@Suite struct WaveTests {
    private let runners = (0..<5).map { RunnerID(user: "u\($0)", backend: "demo") }

    /// Five ready runners, two of which may be replaced at once; starts take a second.
    private func simulation() -> Simulation {
        let settings = ReconcilerSettings(policy: PlanPolicy(maxRecreates: 2))
        let simulation = Simulation(settings: settings)
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: .seconds(1)))
        for id in runners { simulation.want(id) }
        simulation.run(for: .seconds(10))
        return simulation
    }

    private func change(_ simulation: Simulation, image: String = Simulation.image) {
        for id in runners {
            simulation.edit(id) { $0.resolution = .runnable(Simulation.spec(id, version: 2, image: image)) }
        }
    }

    @Test func `It counts from nothing to all, and is over when nothing is left`() {
        let simulation = simulation()
        #expect(simulation.reconciler.wave == nil)
        change(simulation)
        var seen: [WaveProgress] = []
        let isOver = simulation.run(atMost: .seconds(60)) {
            guard let wave = simulation.reconciler.wave else { return !seen.isEmpty }
            if seen.last != wave { seen.append(wave) }
            return false
        }
        #expect(isOver)
        #expect(seen.first == WaveProgress(total: 5, working: 2, waiting: 3))
        #expect(seen.allSatisfy { $0.total == 5 && $0.working <= 2 && $0.draining == 0 && $0.failed == 0 })
        #expect(seen.map(\.done) == seen.map(\.done).sorted() && (seen.last?.done ?? 0) >= 3)
    }

    @Test func `One with a request is said to drain, until the others are done`() throws {
        let simulation = simulation()
        let lease = try #require(simulation.reconciler.leaseIfReady(runners[0]))
        change(simulation)
        simulation.run(for: .seconds(20))
        #expect(simulation.reconciler.wave == WaveProgress(total: 5, draining: 1))
        #expect(simulation.reconciler.wave?.description == "4 of 5 runners recreated, 1 drains")
        lease.release()
        simulation.run(for: .seconds(20))
        #expect(simulation.reconciler.wave == nil)
    }

    @Test func `One that came to nothing is not counted as done`() throws {
        let simulation = simulation()
        let lease = try #require(simulation.reconciler.leaseIfReady(runners[0]))
        defer { lease.release() }
        simulation.engine.addImage("broken:1", behaviour: ImageBehaviour(exitsAfter: .milliseconds(10), exitCode: 1))
        change(simulation, image: "broken:1")
        simulation.run(for: .seconds(20))
        #expect(simulation.reconciler.wave == WaveProgress(total: 5, failed: 4, draining: 1))
        #expect(simulation.reconciler.wave?.description == "0 of 5 runners recreated, 4 failed, 1 drains")
    }

    @Test func `A single runner is a wave of one, and a restarted controller counts what is left`() {
        let simulation = simulation()
        change(simulation)
        #expect(simulation.run(atMost: .seconds(60)) { simulation.reconciler.wave?.waiting == 1 })
        simulation.restart()
        #expect(simulation.run(atMost: .seconds(60)) { simulation.reconciler.wave != nil })
        #expect((simulation.reconciler.wave?.total ?? 5) < 5)
        simulation.run(for: .seconds(60))
        #expect(simulation.reconciler.wave == nil)
    }
}
