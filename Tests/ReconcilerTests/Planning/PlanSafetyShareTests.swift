import Spec
import Testing

@Suite("Plan: the safety share")
struct PlanSafetyShareTests {
    /// Runners that run as the previous revision had them, all ready, none leased.
    private func input(
        running: Int, changed: Int, floor: Int = 2, _ change: (inout PlanInput, RunnerID) -> Void = Self.newImage
    ) -> PlanInput {
        var input = PlanInput()
        input.desired.configRevision = 5
        input.policy = PlanPolicy(safetyShare: 0.5, safetyFloor: floor, settledRevision: 4)
        for number in 0..<running {
            let id = RunnerID(user: "u\(number)", backend: "demo")
            input.wish(id)
            input.contain(id, "c\(number)")
            input.gate(id, ready: "c\(number)")
            if number < changed { change(&input, id) }
        }
        return input
    }

    private static func newImage(_ input: inout PlanInput, _ id: RunnerID) {
        input.wish(id, spec: .sample(id, .sample(image: "demo:2")))
    }

    @Test func `A change of exactly the share is carried out`() {
        let input = input(running: 10, changed: 5)
        #expect(input.plan.lanes.map(\.verb) == Array(repeating: .recreate, count: 5))
        #expect(input.plan.held == [])
        #expect(input.plan.configurationChanges == 5)
    }

    @Test func `A change of one more touches none until it is approved`() {
        var input = input(running: 10, changed: 6)
        #expect(input.plan.isEmpty)
        #expect(
            input.plan.held.first?.description
                == "hold u0/demo: image changed; one change touches 6 runners, 5 allowed without approval")
        #expect(input.plan.held.count == 6)
        input.policy.approvedRevision = 4
        #expect(input.plan.isEmpty)
        input.policy.approvedRevision = 5
        #expect(input.plan.lanes.count == 6)
        #expect(input.plan.held == [])
    }

    @Test func `The floor lets few runners change at once`() {
        #expect(input(running: 3, changed: 3, floor: 3).plan.lanes.count == 3)
        #expect(input(running: 3, changed: 3, floor: 2).plan.isEmpty)
    }

    @Test func `A settled revision is not counted`() {
        var input = input(running: 10, changed: 10)
        input.policy.settledRevision = 5
        #expect(input.plan.lanes.count == 10)
        #expect(input.plan.configurationChanges == 0)
    }

    @Test func `A backend that disappears, and wishes that a file withdraws, count`() {
        let gone = input(running: 10, changed: 6) { $0.wish($1, blocked: .backendUnavailable("demo")) }
        #expect(gone.plan.isEmpty)
        let unpinned = input(running: 10, changed: 6) { $0.wish($1, .no(reason: "not pinned any more", drain: true)) }
        #expect(unpinned.plan.isEmpty)
    }

    @Test func `People's own acts and idle stops never count`() {
        let stopped = input(running: 10, changed: 10) { $0.wish($1, .no(reason: "stopped", drain: false)) }
        #expect(stopped.plan.lanes.count == 10)
        let deleted = input(running: 10, changed: 10) { $0.desired.runners[$1] = nil }
        #expect(deleted.plan.lanes.count == 10)
        let idle = input(running: 10, changed: 10) {
            $0.wish($1, .whileActive(idle: .seconds(60)), active: $0.now - .seconds(60))
        }
        #expect(idle.plan.lanes.count == 10)
        let ownValue = input(running: 10, changed: 10) {
            $0.wish($1, spec: .sample($1, .sample(seed: "s2", model: "m2")), generation: 2)
        }
        #expect(ownValue.plan.lanes.count == 10)
        for input in [stopped, deleted, idle, ownValue] { #expect(input.plan.configurationChanges == 0) }
    }

    @Test func `A shared value that a file changes counts`() {
        #expect(input(running: 10, changed: 6) { $0.wish($1, spec: .sample($1, .sample(model: "m2"))) }.plan.isEmpty)
    }

    @Test func `A dead container is not taken away by anybody`() {
        var input = input(running: 10, changed: 6)
        for place in 0..<6 { input.observed.containers[place].state = .exited(code: 1) }
        #expect(input.plan.lanes.count == 6)
        #expect(input.plan.configurationChanges == 0)
    }

    @Test func `Held runners go on serving after a restart and after a drain that was begun`() {
        var input = input(running: 10, changed: 6)
        input.gate(RunnerID(user: "u0", backend: "demo"), ready: nil)
        input.gate(RunnerID(user: "u1", backend: "demo"), ready: "c1", leases: 1, drainingSince: input.now)
        #expect(input.plan.lanes.map(\.verb) == [.adopt, .adopt])
        #expect(input.plan.held.count == 6)
    }
}
