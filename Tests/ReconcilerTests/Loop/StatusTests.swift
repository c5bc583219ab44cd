import Reconciler
import SimulatedEngine
import Spec
import Synchronization
import Testing

/// What the controller answers about runners.
@Suite struct StatusTests {
    private let alice = Simulation.alice
    private let bob = Simulation.bob

    /// Progress events of the runner as they come.
    private func watch(_ simulation: Simulation, _ id: RunnerID) -> (
        seen: Mutexed<[StartProgress]>, ended: Started<Void>
    ) {
        let seen = Mutexed<[StartProgress]>([])
        let stream = simulation.reconciler.progress(of: id)
        let ended = simulation.task { _ in
            for await progress in stream { seen.value.withLock { $0.append(progress) } }
        }
        simulation.settle()
        return (seen, ended)
    }

    @Test func `progress goes through the stages of a start, never back, and ends with ready`() async throws {
        let simulation = Simulation()
        simulation.engine.publish(
            "big:1", as: PullableImage(takes: .seconds(4)), behaviour: ImageBehaviour(readyAfter: .seconds(1)))
        let (seen, ended) = watch(simulation, alice)
        simulation.want(alice, spec: Simulation.spec(alice, image: "big:1"))
        #expect(simulation.run(atMost: .seconds(20)) { ended.value != nil })
        let progress = seen.value.withLock { $0 }
        var stages = progress.map(\.stage)
        stages = stages.indices.filter { $0 == 0 || stages[$0] != stages[$0 - 1] }.map { stages[$0] }
        #expect(stages == [.queued, .creating, .imagePull, .creating, .dockerRun, .healthWait, .ready])
        #expect(progress.map(\.percent) == progress.map(\.percent).sorted())
        #expect(progress.last?.percent == 100)
        #expect(progress.contains { $0.detail?.contains("20000000 of 40000000 bytes") == true })
    }

    @Test func `who comes in mid-start sees the present stage at once, who comes later a whole start`() async throws {
        let simulation = Simulation()
        simulation.engine.addImage(Simulation.image, behaviour: ImageBehaviour(readyAfter: .seconds(9)))
        simulation.want(alice)
        simulation.run(for: .seconds(2))
        let (seen, _) = watch(simulation, alice)
        #expect(seen.value.withLock { $0.map(\.stage) } == [.healthWait])
        simulation.run(for: .seconds(8))
        let (after, ended) = watch(simulation, alice)
        #expect(after.value.withLock { $0.map(\.stage) } == [.ready])
        #expect(ended.value != nil)
    }

    @Test func `a failed start ends progress with an error`() async throws {
        let simulation = Simulation()
        simulation.engine.removeImage(Simulation.image)
        let (seen, ended) = watch(simulation, alice)
        simulation.want(alice)
        #expect(simulation.run(atMost: .seconds(1)) { ended.value != nil })
        #expect(seen.value.withLock { $0.last?.stage } == .error)
        let status = simulation.reconciler.status(of: alice)
        #expect(status?.phase == .failed)
        #expect(status?.failure?.reason == .imageMissing)
        #expect(status?.containerID == nil)
    }

    @Test func `missing values end progress with an error that names them`() async throws {
        let simulation = Simulation()
        simulation.want(alice)
        simulation.edit(alice) { $0.resolution = .blocked(.missingValues(["LLM_API_KEY"])) }
        simulation.settle()
        let (seen, ended) = watch(simulation, alice)
        #expect(ended.value != nil)
        #expect(seen.value.withLock { $0.last?.stage } == .error)
        #expect(seen.value.withLock { $0.last?.message.contains("LLM_API_KEY") } == true)
    }

    @Test func `who watches a runner that is blocked is told again each time`() async throws {
        let simulation = Simulation()
        simulation.want(alice)
        simulation.edit(alice) { $0.resolution = .blocked(.missingValues(["LLM_API_KEY"])) }
        simulation.settle()
        for _ in 1...2 {
            let (seen, ended) = watch(simulation, alice)
            #expect(ended.value != nil)
            #expect(
                seen.value.withLock { $0.map(\.message) } == [
                    "LLM_API_KEY not set; set it under Settings → Backend API keys"
                ])
        }
    }

    @Test func `a value that came meanwhile is no error for who watches`() async throws {
        let simulation = Simulation()
        simulation.want(alice)
        simulation.edit(alice) { $0.resolution = .blocked(.missingValues(["LLM_API_KEY"])) }
        simulation.settle()
        simulation.edit(alice) { $0.resolution = .runnable(Simulation.spec(alice)) }
        let (seen, ended) = watch(simulation, alice)
        #expect(simulation.run(atMost: .seconds(20)) { ended.value != nil })
        #expect(seen.value.withLock { $0.last?.stage } == .ready)
    }

    @Test func `a runner that is called off between two attempts ends progress with an error`() async throws {
        let simulation = Simulation()
        simulation.engine.removeImage(Simulation.image)
        simulation.want(alice)
        simulation.settle()
        let (seen, ended) = watch(simulation, alice)
        #expect(ended.value == nil)
        let stop = simulation.stop(alice)
        simulation.settle()
        #expect(ended.value != nil && stop.value != nil)
        #expect(seen.value.withLock { $0.map(\.stage) } == [.error])
        // The next who watches waits for the next start.
        let (later, laterEnded) = watch(simulation, alice)
        simulation.run(for: .seconds(60))
        #expect(laterEnded.value == nil && later.value.withLock { $0.isEmpty })
    }

    @Test func `a condition keeps its time while it says the same`() async throws {
        let simulation = Simulation()
        simulation.want(alice)
        simulation.run(for: .seconds(1))
        func ready() -> Condition? { simulation.reconciler.status(of: alice)?.conditions.first { $0.kind == .ready } }
        let first = try #require(ready())
        #expect(first.truth == .yes)
        simulation.run(for: .seconds(200))
        simulation.reconciler.leaseIfReady(alice)?.release()
        #expect(ready()?.since == first.since)
        simulation.engine.goAway()
        simulation.run(for: .seconds(5))
        let unknown = try #require(ready())
        #expect(unknown.truth == .unknown)
        #expect(unknown.reason == "DaemonUnreachable")
        simulation.run(for: .seconds(50))
        #expect(ready()?.since == unknown.since)
    }

    @Test func `who watches changes is told of the runners that changed, and of no other`() async throws {
        let simulation = Simulation()
        simulation.want(bob)
        simulation.run(for: .seconds(1))
        let told = Mutexed<Set<RunnerID>>([])
        let stream = simulation.reconciler.changes()
        let watch = simulation.task { _ in
            for await changed in stream { told.value.withLock { $0.formUnion(changed) } }
        }
        simulation.want(alice)
        simulation.run(for: .seconds(1))
        #expect(told.value.withLock { $0 } == [alice])
        told.value.withLock { $0 = [] }
        simulation.reconciler.leaseIfReady(alice)?.release()
        simulation.run(for: .seconds(100))
        #expect(told.value.withLock { $0 } == [])
        simulation.engine.goAway()
        simulation.run(for: .seconds(35))
        #expect(told.value.withLock { $0 } == [alice, bob])
        #expect(watch.value == nil)
    }

    @Test func `statuses are those that exist or are coming, sorted, of one user or of all`() async throws {
        let simulation = Simulation()
        simulation.want(bob)
        simulation.want(alice)
        simulation.want(RunnerID(user: "carol", backend: "demo"), .no(reason: "stopped", drain: false))
        simulation.run(for: .seconds(1))
        #expect(simulation.reconciler.statuses(ofUser: nil).map(\.id) == [alice, bob])
        #expect(simulation.reconciler.statuses(ofUser: "bob").map(\.id) == [bob])
        let status = try #require(simulation.reconciler.status(of: alice))
        #expect(status.phase == .ready)
        #expect(status.containerName == "demo-alice")
        #expect(status.startedAt != nil)
        #expect(status.stopsAt == nil)
        #expect(simulation.reconciler.lastPass != nil)
    }
}

/// A mutex that can be captured.
final class Mutexed<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}
