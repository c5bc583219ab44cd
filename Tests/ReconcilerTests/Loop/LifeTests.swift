import Reconciler
import SimulatedEngine
import Spec
import Testing

/// What happens to runners that run: deaths, daemons away, restarts of the operator.
@Suite struct LifeTests {
    private let alice = Simulation.alice
    private let bob = Simulation.bob

    private func ready(_ simulation: Simulation, _ ids: RunnerID...) {
        for id in ids { simulation.want(id) }
        #expect(simulation.run { ids.allSatisfy(simulation.isReady) })
        simulation.settle()
    }

    @Test func `a killed container is replaced in the instant of the event`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        let before = simulation.containers(of: alice)[0].id
        simulation.engine.clearLog()
        simulation.engine.kill(named: "demo-alice")
        #expect(simulation.runJobs { !simulation.isReady(alice) })
        simulation.settle()
        #expect(simulation.calls(.create) == 1)
        #expect(simulation.run(atMost: .seconds(1)) { simulation.isReady(alice) })
        #expect(simulation.containers(of: alice)[0].id != before)
    }

    @Test func `a dead container that is still listed as running is replaced, not adopted`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        let before = simulation.containers(of: alice)[0].id
        simulation.engine.isLateWithDeaths(true)
        simulation.engine.kill(named: "demo-alice", code: 7)
        simulation.settle()
        #expect(simulation.isReady(alice))
        #expect(simulation.containers(of: alice)[0].id != before)
        #expect(simulation.journal.failures[alice]?.last.message == "demo-alice exited with code 7")
    }

    @Test func `a container removed by hand is made again at once and counts as no failure`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.engine.removeBehindBack(named: "demo-alice")
        simulation.settle()
        #expect(simulation.isReady(alice))
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `a death that no event tells of is seen by the next timed pass`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.engine.dropEvents(true)
        simulation.engine.kill(named: "demo-alice")
        simulation.settle()
        #expect(simulation.calls(.create) == 1)
        simulation.run(for: .seconds(31))
        #expect(simulation.calls(.create) == 2)
        #expect(simulation.isReady(alice))
    }

    @Test func `the second death in a row waits, and the failures are written down with the last lines`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(prints: ["hello", "panic"]))
        ready(simulation, alice)
        simulation.engine.kill(named: "demo-alice", code: 7)
        simulation.settle()
        #expect(simulation.isReady(alice))
        let first = try #require(simulation.journal.failures[alice])
        #expect(first.count == 1)
        #expect(first.last.message == "demo-alice exited with code 7")
        #expect(first.last.logTail == ["hello", "panic"])
        simulation.engine.kill(named: "demo-alice", code: 7)
        simulation.run(for: .seconds(3))
        #expect(!simulation.isReady(alice))
        #expect(simulation.journal.failures[alice]?.count == 2)
        #expect(simulation.containers(of: alice).isEmpty)
        simulation.run(for: .seconds(4))
        #expect(simulation.isReady(alice))
        #expect(simulation.journal.events.count { $0.reason == "Exited" } == 2)
    }

    @Test func `failures are forgotten after a steady minute`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.engine.kill(named: "demo-alice")
        simulation.run(for: .seconds(59))
        #expect(simulation.journal.failures[alice] != nil)
        simulation.run(for: .seconds(2))
        #expect(simulation.journal.failures[alice] == nil)
    }

    @Test func `a healthy exit code is no failure`() async throws {
        let simulation = Simulation()
        var spec = Simulation.spec(alice)
        spec.healthyExitCodes = [9]
        simulation.want(alice, spec: spec)
        #expect(simulation.run { simulation.isReady(alice) })
        simulation.settle()
        simulation.engine.kill(named: "demo-alice", code: 9)
        simulation.settle()
        #expect(simulation.isReady(alice))
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `what this process stopped itself is no crash, also when the removal failed`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(stopsAfter: .seconds(60)))
        simulation.want(alice, .whileActive(idle: .seconds(60)))
        #expect(simulation.run { simulation.isReady(alice) })
        simulation.engine.editFaults { $0.add(.fails(.unreachable("gone for a moment")), on: .remove) }
        #expect(
            simulation.run(atMost: .seconds(100)) {
                simulation.containers(of: alice).first?.state == .exited(code: 137)
            })
        let lease = simulation.lease(alice)
        #expect(simulation.run(atMost: .seconds(1)) { lease.value != nil })
        _ = try #require(lease.value).get()
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `a list that is old news when it arrives makes no second container and loses no ready one`() async throws
    {
        let simulation = Simulation()
        simulation.engine.editFaults { $0.add(.takes(.milliseconds(500)), on: .create) }
        simulation.want(alice)
        simulation.run(for: .milliseconds(10))
        simulation.engine.editFaults { $0.add(.answersAfter(.seconds(1)), on: .list) }
        simulation.reconciler.nudge()
        simulation.run(for: .seconds(5))
        #expect(simulation.calls(.create) == 1)
        #expect(simulation.isReady(alice))
        #expect(!simulation.journal.events.contains { $0.reason == "Adopted" })
    }

    @Test func `a stop during a pass that has read the wish already is not undone by it`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.engine.editFaults { $0.add(.answersAfter(.seconds(1)), on: .list) }
        simulation.reconciler.nudge()
        simulation.run(for: .milliseconds(10))
        let stopped = simulation.stop(alice)
        #expect(simulation.run(atMost: .seconds(5)) { stopped.value != nil })
        #expect(try #require(stopped.value).get())
        #expect(simulation.containers(of: alice).isEmpty)
        #expect(!simulation.journal.events.contains { $0.reason == "Adopted" })
    }

    @Test func `who watches a runner in its backoff is told of a stop, whatever a pass was reading`() async throws {
        let simulation = Simulation()
        let crashes = ImageBehaviour(exitsAfter: .milliseconds(10), exitCode: 1)
        simulation.engine.addImage(Simulation.image, behaviour: crashes)
        simulation.want(alice)
        #expect(simulation.run { simulation.journal.failures[alice] != nil })
        simulation.run(for: .milliseconds(100))
        simulation.engine.editFaults { $0.add(.answersAfter(.milliseconds(200)), on: .list) }
        simulation.reconciler.nudge()
        simulation.run(for: .milliseconds(10))
        let watch = simulation.task { reconciler in
            await reconciler.progress(of: alice).reduce(into: []) { $0.append($1.stage) }
        }
        simulation.run(for: .milliseconds(10))
        let stopped = simulation.stop(alice)
        #expect(simulation.run(atMost: .seconds(1)) { stopped.value != nil && watch.value != nil })
        #expect(watch.value?.last == .error)
    }

    @Test func `five failures in a row end in a crash loop, kept over a restart, until somebody asks`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(
            Simulation.image, behaviour: ImageBehaviour(readyAfter: nil, exitsAfter: .milliseconds(10)))
        simulation.want(alice)
        simulation.run(for: .seconds(600))
        #expect(simulation.calls(.create) == 5)
        simulation.restart()
        simulation.run(for: .seconds(600))
        #expect(simulation.calls(.create) == 5)
        let stalled = simulation.reconciler.status(of: alice)?.conditions.first { $0.kind == .stalled }
        #expect(stalled?.reason == "CrashLoop")
        simulation.engine.addImage(Simulation.image)
        let start = simulation.start(alice)
        #expect(simulation.run(atMost: .seconds(1)) { start.value != nil })
        _ = try #require(start.value).get()
    }

    @Test func `a crash while the operator was down is counted once`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.run(for: .seconds(1))
        simulation.engine.dropEvents(true)
        simulation.engine.kill(named: "demo-alice")
        simulation.engine.editFaults { $0.strikeRandomly([.hangs], on: [.remove], probability: 1, seed: 1) }
        simulation.restart()
        simulation.run(for: .seconds(1))
        #expect(simulation.journal.failures[alice]?.count == 1)
        simulation.restart()
        simulation.run(for: .seconds(1))
        #expect(simulation.journal.failures[alice]?.count == 1)
    }

    @Test func `after a restart running containers are adopted as they are`() async throws {
        let simulation = Simulation()
        ready(simulation, alice, bob)
        let before = simulation.engine.containers.map(\.id)
        simulation.engine.clearLog()
        simulation.restart()
        #expect(!simulation.isReady(alice))
        #expect(simulation.run(atMost: .milliseconds(100)) { simulation.isReady(alice) && simulation.isReady(bob) })
        #expect(simulation.engine.containers.map(\.id) == before)
        #expect(simulation.calls(.create) + simulation.calls(.stop) + simulation.calls(.remove) == 0)
    }

    @Test func `adoption keeps the idle clock`() async throws {
        let simulation = Simulation()
        simulation.want(alice, .whileActive(idle: .seconds(100)))
        simulation.run(for: .seconds(60))
        simulation.restart()
        simulation.run(for: .seconds(35))
        #expect(simulation.containers(of: alice).count == 1)
        simulation.run(for: .seconds(10))
        #expect(simulation.containers(of: alice).isEmpty)
    }

    @Test func `while the daemon is away nothing is made or removed and ready runners serve`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.engine.goAway()
        simulation.want(bob)
        simulation.engine.clearLog()
        simulation.run(for: .seconds(60))
        #expect(simulation.isReady(alice))
        #expect(simulation.reconciler.engineProblem != nil)
        #expect(simulation.reconciler.status(of: alice)?.phase == .unknown)
        #expect(Set(simulation.engine.log.compactMap { $0.split(separator: " ").first }) == ["list"])
        simulation.engine.comeBack()
        #expect(simulation.run(atMost: .seconds(5)) { simulation.isReady(bob) })
        #expect(simulation.reconciler.engineProblem == nil)
        #expect(simulation.calls(.create) == 1)
    }

    @Test func `who waits for a runner while the daemon is away is told so soon`() async throws {
        let simulation = Simulation()
        simulation.run(for: .seconds(1))
        simulation.engine.goAway()
        let lease = simulation.lease(alice)
        #expect(simulation.run(atMost: .seconds(5)) { lease.value != nil })
        guard case .failure(.engineUnavailable) = lease.value else {
            Issue.record("got \(String(describing: lease.value))")
            return
        }
        simulation.engine.comeBack()
        #expect(simulation.run(atMost: .seconds(5)) { simulation.isReady(alice) })
    }

    @Test func `a desired state that cannot be read changes nothing`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.desired.edit { $0.runners = [:] }
        simulation.desired.fail(with: EngineError.malformed("disk"))
        simulation.engine.clearLog()
        simulation.run(for: .seconds(120))
        #expect(simulation.isReady(alice))
        #expect(simulation.calls(.stop) == 0)
        simulation.desired.fail(with: nil)
        simulation.run(for: .seconds(5))
        #expect(simulation.containers(of: alice).isEmpty)
    }

    @Test func `a cancelled operator leaves runners running and writes down activity`() async throws {
        let simulation = Simulation()
        ready(simulation, alice)
        simulation.run(for: .milliseconds(16_500))
        let now = simulation.clock.now()
        simulation.reconciler.leaseIfReady(alice)?.release()
        let waiter = simulation.lease(bob)
        simulation.engine.editFaults { $0.add(.takes(.seconds(20)), on: .create) }
        simulation.run(for: .milliseconds(1))
        simulation.cancel()
        simulation.settle()
        #expect(simulation.journal.activity[alice] == now)
        #expect(simulation.containers(of: alice).map(\.state) == [.running])
        #expect(throws: GateError.shuttingDown) { try #require(waiter.value).get() }
    }
}
