import Reconciler
import Spec
import Testing

@Suite("Plan: waves")
struct PlanWaveTests {
    /// Runners of several users that all run an old image, ready and without leases.
    private func input(_ runners: [RunnerID], atOnce: Int) -> PlanInput {
        var input = PlanInput()
        input.policy.maxRecreates = atOnce
        for (number, id) in runners.enumerated() {
            input.wish(id, spec: .sample(id, .sample(image: "demo:2")))
            input.contain(id, "c\(number)")
            input.gate(id, ready: "c\(number)")
        }
        return input
    }

    private func ids(_ count: Int) -> [RunnerID] {
        (0..<count).map { RunnerID(user: "u\($0)", backend: "demo") }
    }

    private func recreated(_ plan: Plan) -> [String] {
        plan.lanes.filter { $0.verb == .recreate }.map(\.runner.description)
    }

    @Test func `As many as may are replaced, the others go on and say how many come first`() {
        let plan = input(ids(5), atOnce: 2).plan
        #expect(recreated(plan) == ["u0/demo", "u1/demo"])
        #expect(plan.lanes.count == 2)
        #expect(
            plan.held.map(\.description) == [
                "hold u2/demo: image changed, 2 are recreated before it",
                "hold u3/demo: image changed, 3 are recreated before it",
                "hold u4/demo: image changed, 4 are recreated before it",
            ])
    }

    @Test func `Those at work count`() {
        var input = input(ids(5), atOnce: 2)
        let working = RunnerID(user: "u0", backend: "demo")
        input.inFlight.lanes = [working]
        input.inFlight.recreating = [working]
        #expect(recreated(input.plan) == ["u1/demo"])
        input.inFlight.lanes.insert(RunnerID(user: "u1", backend: "demo"))
        input.inFlight.recreating.insert(RunnerID(user: "u1", backend: "demo"))
        #expect(recreated(input.plan) == [])
    }

    @Test func `A user's second runner comes after everybody's first`() {
        let runners = ["a/x", "a/y", "a/z", "b/x", "c/x"].compactMap { RunnerID($0) }
        #expect(recreated(input(runners, atOnce: 3).plan) == ["a/x", "b/x", "c/x"])
        var later = input(runners, atOnce: 3)
        later.inFlight.lanes = [RunnerID(user: "a", backend: "x")]
        later.inFlight.recreating = later.inFlight.lanes
        #expect(recreated(later.plan) == ["b/x", "c/x"])
    }

    @Test func `Busy runners do not keep idle ones waiting, and begin to drain beside them`() {
        var input = input(ids(5), atOnce: 2)
        for number in 0..<3 { input.gate(ids(5)[number], ready: "c\(number)", leases: 1) }
        let plan = input.plan
        #expect(recreated(plan) == ["u3/demo", "u4/demo"])
        #expect(plan.lanes.filter { $0.verb == .drain }.map(\.runner.user) == ["u0", "u1"])
        #expect(plan.held.map(\.runner.user) == ["u2"])
    }

    @Test func `One that has drained goes on even when all places are taken`() {
        var input = input(ids(3), atOnce: 1)
        input.inFlight.lanes = [ids(3)[0]]
        input.inFlight.recreating = [ids(3)[0]]
        input.gate(ids(3)[1], ready: "c1", leases: 0, drainingSince: input.now)
        #expect(recreated(input.plan) == ["u1/demo"])
    }

    @Test func `What is replaced now, waits or drains is told of, what is at work or waits for approval is not`() {
        var input = input(ids(5), atOnce: 1)
        input.inFlight.lanes = [ids(5)[0]]
        input.inFlight.recreating = [ids(5)[0]]
        input.gate(ids(5)[1], ready: "c1", leases: 1, drainingSince: input.now)
        input.observed.containers[2].state = .exited(code: 1)
        #expect(input.plan.replacements == [ids(5)[1], ids(5)[3], ids(5)[4]])
        input.desired.configRevision = 5
        input.policy.settledRevision = 4
        input.policy.safetyFloor = 0
        input.policy.safetyShare = 0
        #expect(input.plan.replacements == [])
    }

    @Test func `A crashed runner waits for no turn`() {
        var input = input(ids(3), atOnce: 1)
        input.observed.containers[2].state = .exited(code: 1)
        #expect(recreated(input.plan) == ["u0/demo", "u2/demo"])
    }

    @Test func `The whole change counts for the safety share, whatever its waves`() {
        var input = input(ids(10), atOnce: 2)
        input.desired.configRevision = 5
        input.policy.settledRevision = 4
        input.policy.safetyShare = 0.5
        input.policy.safetyFloor = 2
        #expect(input.plan.isEmpty)
        input.policy.approvedRevision = 5
        #expect(input.plan.lanes.count == 2)
        #expect(input.plan.configurationChanges == 10)
    }
}
