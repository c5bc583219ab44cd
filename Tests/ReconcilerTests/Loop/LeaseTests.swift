import Reconciler
import SimulatedEngine
import Spec
import Testing

/// What leases hold, and what ends although they are held.
@Suite struct LeaseTests {
    private let alice = Simulation.alice

    private func ready(_ simulation: Simulation, _ want: Want = .always) {
        simulation.want(alice, want)
        #expect(simulation.run { simulation.isReady(alice) })
        simulation.settle()
    }

    @Test func `an idle runner is reaped, one that holds a lease is not`() async throws {
        let simulation = Simulation()
        ready(simulation, .whileActive(idle: .seconds(60)))
        let lease = try #require(simulation.reconciler.leaseIfReady(alice))
        simulation.run(for: .seconds(300))
        #expect(simulation.containers(of: alice).count == 1)
        lease.release()
        simulation.run(for: .seconds(59))
        #expect(simulation.containers(of: alice).count == 1)
        simulation.run(for: .seconds(2))
        #expect(simulation.containers(of: alice).isEmpty)
        #expect(simulation.reconciler.status(of: alice) == nil)
        #expect(simulation.journal.events.last?.reason == "Reaped")
    }

    @Test func `each chunk counts as activity`() async throws {
        let simulation = Simulation()
        ready(simulation, .whileActive(idle: .seconds(60)))
        let lease = try #require(simulation.reconciler.leaseIfReady(alice))
        simulation.run(for: .seconds(50))
        lease.touch()
        let touched = simulation.clock.now()
        #expect(simulation.reconciler.status(of: alice)?.lastActive == touched)
        #expect(simulation.reconciler.status(of: alice)?.stopsAt == touched + .seconds(60))
        #expect(simulation.reconciler.status(of: alice)?.heldBy == ["1 request"])
    }

    @Test func `the idle stop is in time although the last pass saw a lease`() async throws {
        let simulation = Simulation()
        simulation.want(alice, .whileActive(idle: .seconds(2)))
        #expect(simulation.run { simulation.isReady(alice) })
        let lease = try #require(simulation.reconciler.leaseIfReady(alice))
        simulation.reconciler.nudge()
        simulation.settle()
        lease.release()
        simulation.run(for: .milliseconds(2100))
        #expect(simulation.containers(of: alice).isEmpty)
    }

    @Test func `a lease that is dropped is released`() async throws {
        let simulation = Simulation()
        ready(simulation, .whileActive(idle: .seconds(60)))
        _ = simulation.reconciler.leaseIfReady(alice)
        #expect(simulation.reconciler.status(of: alice)?.heldBy == [])
    }

    /// The lease is taken at every point between the idle stop's decision and its end.
    @Test func `a lease taken while an idle stop begins is never broken`() async throws {
        var broken: [Int] = []
        var kept = 0
        for point in 0..<200 {
            let simulation = Simulation()
            ready(simulation, .whileActive(idle: .seconds(60)))
            simulation.run(for: .milliseconds(59_999))
            simulation.clock.advance(by: .milliseconds(1))
            var left = point
            _ = simulation.runJobs {
                left -= 1
                return left < 0
            }
            let lease = simulation.reconciler.leaseIfReady(alice)
            simulation.settle()
            guard let lease else { continue }
            let isRunning = simulation.containers(of: alice).contains {
                $0.id == lease.endpoint.container && $0.state == .running
            }
            if isRunning { kept += 1 } else { broken.append(point) }
        }
        #expect(broken == [])
        #expect(kept > 0)
    }

    @Test func `a changed spec waits for leases, then the old container goes before the new one comes`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let lease = try #require(simulation.reconciler.leaseIfReady(alice))
        let old = lease.endpoint.container
        simulation.engine.clearLog()
        simulation.want(alice, spec: Simulation.spec(alice, version: 2))
        simulation.run(for: .seconds(60))
        #expect(simulation.containers(of: alice).map(\.id) == [old])
        #expect(simulation.reconciler.status(of: alice)?.phase == .draining)
        #expect(!simulation.isReady(alice))
        let waiter = simulation.lease(alice)
        simulation.settle()
        #expect(waiter.value == nil)
        lease.release()
        #expect(simulation.run(atMost: .seconds(1)) { waiter.value != nil })
        #expect(try #require(waiter.value).get().endpoint.container != old)
        let calls = simulation.engine.log.filter {
            $0.hasPrefix("stop") || $0.hasPrefix("remove") || $0.hasPrefix("create")
        }
        #expect(calls == ["stop demo-alice", "remove demo-alice", "create demo-alice"])
    }

    @Test func `a drain ends at its deadline`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let lease = try #require(simulation.reconciler.leaseIfReady(alice))
        simulation.want(alice, spec: Simulation.spec(alice, version: 2))
        simulation.run(for: .seconds(119))
        #expect(simulation.containers(of: alice).map(\.id) == [lease.endpoint.container])
        simulation.run(for: .seconds(2))
        #expect(simulation.containers(of: alice).map(\.id) != [lease.endpoint.container])
        #expect(simulation.isReady(alice))
    }

    @Test func `a change taken back while it drains opens the gate again`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let lease = try #require(simulation.reconciler.leaseIfReady(alice))
        simulation.want(alice, spec: Simulation.spec(alice, version: 2))
        simulation.run(for: .seconds(1))
        #expect(!simulation.isReady(alice))
        simulation.want(alice, spec: Simulation.spec(alice))
        simulation.run(for: .seconds(1))
        #expect(simulation.reconciler.leaseIfReady(alice)?.endpoint.container == lease.endpoint.container)
    }

    @Test func `an edit holds for the very next request`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let old = try #require(simulation.containers(of: alice).first?.id)
        simulation.want(alice, spec: Simulation.spec(alice, version: 2))
        simulation.reconciler.closeUntilNextPass([alice])
        #expect(simulation.reconciler.leaseIfReady(alice) == nil)
        let waiter = simulation.lease(alice)
        #expect(simulation.run(atMost: .seconds(5)) { waiter.value != nil })
        #expect(try #require(waiter.value).get().endpoint.container != old)
    }

    @Test func `who waits for a pass that changes nothing gets the same container`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let old = try #require(simulation.containers(of: alice).first?.id)
        simulation.reconciler.closeUntilNextPass([alice])
        let waiter = simulation.lease(alice)
        #expect(simulation.run(atMost: .seconds(5)) { waiter.value != nil })
        #expect(try #require(waiter.value).get().endpoint.container == old)
    }

    @Test func `a person's stop ends leases and returns when nothing is left`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(stopsAfter: .seconds(2)))
        ready(simulation)
        let lease = try #require(simulation.reconciler.leaseIfReady(alice))
        let stop = simulation.stop(alice)
        simulation.run(for: .seconds(1))
        #expect(stop.value == nil)
        #expect(!simulation.isReady(alice))
        simulation.run(for: .milliseconds(1500))
        #expect(try #require(stop.value).get())
        #expect(simulation.containers(of: alice).isEmpty)
        lease.release()
        let again = simulation.stop(alice)
        simulation.settle()
        #expect(try #require(again.value).get() == false)
    }

    @Test func `a stop in the middle of a start ends it and tells those who wait`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: .seconds(80)))
        let lease = simulation.lease(alice)
        simulation.run(for: .seconds(3))
        let stop = simulation.stop(alice)
        #expect(simulation.run(atMost: .seconds(1)) { stop.value != nil && lease.value != nil })
        #expect(throws: GateError.withdrawn("stopped by its user")) { try #require(lease.value).get() }
        #expect(simulation.containers(of: alice).isEmpty)
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `who comes while a pass still works on an older wish is not refused by it`() async throws {
        let simulation = Simulation()
        simulation.want(alice, .no(reason: "stopped", drain: false))
        simulation.settle()
        simulation.engine.editFaults { $0.add(.takes(.seconds(1)), on: .list) }
        simulation.reconciler.nudge()
        simulation.settle()
        let lease = simulation.lease(alice)
        #expect(simulation.run(atMost: .seconds(5)) { lease.value != nil })
        _ = try #require(lease.value).get()
    }

    @Test func `a stop during a pull does not wait for the pull`() async throws {
        let simulation = Simulation()
        simulation.engine.publish("big:1", as: PullableImage(takes: .seconds(300)))
        simulation.want(alice, spec: Simulation.spec(alice, image: "big:1"))
        simulation.run(for: .seconds(3))
        let stop = simulation.stop(alice)
        #expect(simulation.run(atMost: .seconds(1)) { stop.value != nil })
    }

    @Test func `a stop while the daemon is away does not hang`() async throws {
        let simulation = Simulation()
        ready(simulation)
        simulation.engine.goAway()
        let stop = simulation.stop(alice)
        #expect(simulation.run(atMost: .seconds(10)) { stop.value != nil })
        #expect(throws: GateError.self) { try #require(stop.value).get() }
    }

    @Test func `a start right after a stop ends ready, and the stop returns`() async throws {
        let simulation = Simulation()
        ready(simulation)
        let stop = simulation.stop(alice)
        let start = simulation.start(alice)
        #expect(simulation.run(atMost: .seconds(10)) { stop.value != nil && start.value != nil })
        #expect(try #require(start.value).get().phase == .ready)
        simulation.run(for: .seconds(10))
        #expect(simulation.isReady(alice))
    }

    @Test func `a stop refuses leases at once, whatever the loop is doing`() async throws {
        let simulation = Simulation()
        ready(simulation)
        simulation.engine.editFaults { $0.add(.takes(.seconds(10)), on: .list) }
        simulation.reconciler.nudge()
        simulation.settle()
        _ = simulation.stop(alice)
        simulation.settle()
        #expect(!simulation.isReady(alice))
    }

    @Test func `no lease is given on a runner that a person stops`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(stopsAfter: .seconds(4)))
        ready(simulation)
        let old = simulation.containers(of: alice)[0].id
        _ = simulation.stop(alice)
        simulation.run(for: .seconds(1))
        let lease = simulation.lease(alice)
        #expect(simulation.run(atMost: .seconds(30)) { lease.value != nil })
        #expect(try #require(lease.value).get().endpoint.container != old)
    }

    @Test func `activity is written down in batches`() async throws {
        let simulation = Simulation()
        ready(simulation)
        simulation.run(for: .seconds(20))
        for _ in 0..<1000 { simulation.reconciler.leaseIfReady(alice)?.release() }
        let now = simulation.clock.now()
        #expect(simulation.journal.activity[alice] != now)
        simulation.run(for: .seconds(15))
        #expect(simulation.journal.activity[alice] == now)
    }
}
