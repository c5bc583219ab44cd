import Reconciler
import SimulatedEngine
import Spec
import Testing

@Suite struct StartTests {
    private let alice = Simulation.alice
    private let bob = Simulation.bob

    @Test func `twenty requests at once make one container and all get a lease`() async throws {
        let simulation = Simulation()
        let leases = (0..<20).map { _ in simulation.lease(alice) }
        #expect(simulation.run { leases.allSatisfy { $0.value != nil } })
        #expect(simulation.calls(.create) == 1)
        let endpoints = try leases.map { try #require(try $0.value?.get()).endpoint }
        #expect(Set(endpoints.map(\.container)).count == 1)
        #expect(endpoints[0].host == "127.0.0.1")
    }

    @Test func `a warm lease is given without a call to the engine`() async throws {
        let simulation = Simulation()
        simulation.want(alice)
        #expect(simulation.run { simulation.isReady(alice) })
        simulation.settle()
        simulation.engine.clearLog()
        #expect(simulation.reconciler.leaseIfReady(alice) != nil)
        #expect(simulation.engine.log.isEmpty)
    }

    @Test(arguments: [200, 1130, 2500])
    func `a start is noticed at most a tenth late`(milliseconds: Int) async throws {
        let simulation = Simulation()
        simulation.engine.addImage(
            Simulation.image, behaviour: ImageBehaviour(readyAfter: .milliseconds(milliseconds)))
        let lease = simulation.lease(alice)
        #expect(simulation.run(atMost: .milliseconds(milliseconds + milliseconds / 10 + 20)) { lease.value != nil })
        #expect(simulation.run(atMost: .seconds(1)) { lease.value != nil })
    }

    @Test func `a waiter that leaves cancels nothing`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: .seconds(5)))
        let first = simulation.lease(alice)
        let second = simulation.lease(alice)
        simulation.run(for: .seconds(1))
        first.cancel()
        simulation.settle()
        #expect(throws: GateError.cancelled) { try #require(first.value).get() }
        #expect(simulation.run { second.value != nil })
        _ = try #require(second.value).get()
        #expect(simulation.calls(.create) == 1)
    }

    @Test func `more waiters than the queue holds are refused at once`() async throws {
        let simulation = Simulation(settings: ReconcilerSettings(maxWaiters: 2))
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: .seconds(5)))
        let leases = (0..<3).map { _ in simulation.lease(alice) }
        simulation.settle()
        #expect(leases.compactMap(\.value).count == 1)
        #expect(throws: GateError.queueFull(retryAfterSeconds: 5)) {
            try #require(leases.compactMap(\.value).first).get()
        }
    }

    @Test func `a wait over its limit ends while the start goes on`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: .seconds(20)))
        let lease = simulation.lease(alice, atMost: .seconds(10))
        simulation.run(for: .seconds(11))
        guard case .failure(.stillStarting(let progress)) = lease.value else {
            Issue.record("got \(String(describing: lease.value))")
            return
        }
        #expect(progress?.stage == .healthWait)
        simulation.run(for: .seconds(10))
        #expect(simulation.isReady(alice))
    }

    @Test func `one runner's slow start delays no other`() async throws {
        let simulation = Simulation(settings: ReconcilerSettings(maxLanes: 1))
        simulation.engine.addImage("slow:1", behaviour: ImageBehaviour(readyAfter: nil))
        simulation.want(alice, spec: Simulation.spec(alice, image: "slow:1"))
        simulation.run(for: .seconds(1))
        simulation.want(bob)
        simulation.run(for: .milliseconds(50))
        #expect(simulation.isReady(bob))
        #expect(!simulation.isReady(alice))
    }

    @Test func `an image is pulled once for many runners and a slow pull eats no start timeout`() async throws {
        let simulation = Simulation()
        simulation.engine.publish("big:1", as: PullableImage(takes: .seconds(300)))
        let ids = (0..<5).map { RunnerID(user: "user\($0)", backend: "demo") }
        for id in ids { simulation.want(id, spec: Simulation.spec(id, image: "big:1", startup: .seconds(10))) }
        #expect(simulation.run { ids.allSatisfy(simulation.isReady) })
        #expect(simulation.calls(.pull) == 1)
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `a missing image fails at once and is named`() async throws {
        let simulation = Simulation()
        simulation.want(alice, spec: Simulation.spec(alice, image: "gone:1", pull: .never))
        let start = simulation.start(alice)
        simulation.settle()
        guard case .failure(.failed(let failure, _)) = start.value else {
            Issue.record("got \(String(describing: start.value))")
            return
        }
        #expect(failure.reason == .imageMissing)
        #expect(failure.message.contains("gone:1"))
    }

    @Test func `a container that exits while it starts fails the start with its last lines and leaves none`()
        async throws
    {
        let simulation = Simulation()
        simulation.engine.addImage(
            Simulation.image,
            behaviour: ImageBehaviour(readyAfter: nil, exitsAfter: .seconds(1), exitCode: 3, prints: ["no key"]))
        let start = simulation.start(alice)
        simulation.run(for: .milliseconds(1500))
        guard case .failure(.failed(let failure, let retryAfter)) = start.value else {
            Issue.record("got \(String(describing: start.value))")
            return
        }
        #expect(failure.reason == .exited)
        #expect(failure.message == "demo-alice exited with code 3 before it was ready")
        #expect(failure.logTail == ["no key"])
        #expect(retryAfter == 2)
        #expect(simulation.containers(of: alice).isEmpty)
    }

    @Test func `a runner that is never ready fails when its budget is over and leaves no container`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: nil))
        let start = simulation.start(alice)
        simulation.run(for: .seconds(89))
        #expect(start.value == nil)
        simulation.run(for: .milliseconds(1100))
        guard case .failure(.failed(let failure, _)) = start.value else {
            Issue.record("got \(String(describing: start.value))")
            return
        }
        #expect(failure.reason == .notReady)
        #expect(failure.message.contains("/health answered 503"))
        #expect(simulation.containers(of: alice).isEmpty)
    }

    @Test func `a request in a backoff fails fast with the last failure, an explicit start tries again`() async throws {
        let simulation = Simulation()
        simulation.engine.removeImage(Simulation.image)
        let first = simulation.lease(alice)
        #expect(simulation.run(atMost: .seconds(1)) { first.value != nil })
        let second = simulation.lease(alice)
        simulation.settle()
        guard case .failure(.failed(let failure, let retryAfter)) = second.value else {
            Issue.record("got \(String(describing: second.value))")
            return
        }
        #expect(failure.reason == .imageMissing)
        #expect(retryAfter == 2)
        simulation.engine.addImage(Simulation.image)
        let start = simulation.start(alice)
        #expect(simulation.run(atMost: .milliseconds(500)) { start.value != nil })
        _ = try #require(start.value).get()
    }

    @Test func `a clock that was set back prolongs no backoff`() async throws {
        let simulation = Simulation()
        simulation.engine.removeImage(Simulation.image)
        simulation.want(alice)
        simulation.settle()
        #expect(simulation.journal.failures[alice]?.count == 1)
        simulation.engine.addImage(Simulation.image)
        simulation.clock.jump(by: .seconds(-3600))
        #expect(simulation.run(atMost: .seconds(60)) { simulation.isReady(alice) })
    }

    @Test func `a stranger's container of that name is left alone and named`() async throws {
        let simulation = Simulation()
        simulation.engine.addStray(named: "demo-alice")
        let start = simulation.start(alice)
        simulation.settle()
        guard case .failure(.failed(let failure, _)) = start.value else {
            Issue.record("got \(String(describing: start.value))")
            return
        }
        #expect(failure.reason == .nameTaken)
        #expect(failure.message.contains("demo-alice"))
        #expect(simulation.engine.strays.count == 1)
    }

    @Test func `a container of ours that turns up under the name while one is made is replaced`() async throws {
        let simulation = Simulation()
        simulation.engine.editFaults { $0.add(.takes(.seconds(1)), on: .create) }
        let start = simulation.start(alice)
        simulation.run(for: .milliseconds(500))
        simulation.engine.add(
            ObservedContainer(
                id: ContainerID("cafe"), name: "demo-alice", runner: alice, fingerprint: nil, generation: 1,
                state: .created, createdAt: simulation.clock.now()))
        #expect(simulation.run(atMost: .seconds(5)) { start.value != nil })
        _ = try #require(start.value).get()
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `missing values refuse those who wait`() async throws {
        let simulation = Simulation()
        simulation.want(alice)
        simulation.edit(alice) { $0.resolution = .blocked(.missingValues(["LLM_API_KEY"])) }
        let lease = simulation.lease(alice)
        simulation.settle()
        #expect(throws: GateError.missingValues(["LLM_API_KEY"])) { try #require(lease.value).get() }
    }

    @Test func `an edit in mid-start starts over with the new values at once`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: nil))
        simulation.engine.addImage("agent:2")
        let lease = simulation.lease(alice)
        simulation.run(for: .seconds(5))
        simulation.want(alice, spec: Simulation.spec(alice, image: "agent:2"))
        #expect(simulation.run(atMost: .seconds(1)) { lease.value != nil })
        _ = try #require(lease.value).get()
        #expect(simulation.containers(of: alice).map(\.image) == ["agent:2"])
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `an engine that answers nonsense is not asked in a loop and counts as nobody's failure`() async throws {
        let simulation = Simulation()
        let nonsense = Fault.fails(.malformed("nonsense"))
        simulation.engine.editFaults { $0.strikeRandomly([nonsense], on: [.create], probability: 1, seed: 1) }
        simulation.want(alice)
        simulation.run(for: .seconds(60))
        #expect((5...30).contains(simulation.calls(.create)))
        #expect(simulation.journal.failures.isEmpty)
        simulation.engine.editFaults { $0.clear() }
        #expect(simulation.run(atMost: .seconds(5)) { simulation.isReady(alice) })
    }

    @Test func `a create whose reply was lost makes no second container`() async throws {
        let simulation = Simulation()
        simulation.engine.editFaults { $0.add(.replyLost, on: .create) }
        let start = simulation.start(alice)
        #expect(simulation.run(atMost: .seconds(1)) { start.value != nil })
        _ = try #require(start.value).get()
        #expect(simulation.calls(.create) == 1)
        #expect(simulation.journal.failures.isEmpty)
    }

    @Test func `a home that cannot be prepared fails the start with its path`() async throws {
        let simulation = Simulation()
        simulation.homes.fail(with: HomeError(path: "/homes/alice", message: "no space left"))
        let start = simulation.start(alice)
        simulation.settle()
        guard case .failure(.failed(let failure, _)) = start.value else {
            Issue.record("got \(String(describing: start.value))")
            return
        }
        #expect(failure.reason == .homeFailed)
        #expect(failure.message.contains("/homes/alice: no space left"))
    }

    @Test func `at most so many containers are made at once`() async throws {
        let simulation = Simulation(settings: ReconcilerSettings(maxLanes: 2))
        simulation.engine.editFaults {
            $0.strikeRandomly([.takes(.seconds(1))], on: [.create], probability: 1, seed: 1)
        }
        for index in 0..<6 { simulation.want(RunnerID(user: "user\(index)", backend: "demo")) }
        simulation.run(for: .milliseconds(500))
        #expect(simulation.calls(.create) == 2)
        simulation.run(for: .seconds(1))
        #expect(simulation.calls(.create) == 4)
    }
}
