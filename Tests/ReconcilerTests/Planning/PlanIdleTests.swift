import Spec
import Testing

@Suite("Plan: idle time")
struct PlanIdleTests {
    private func input(idle: Duration, lastActive: Duration, leases: Int = 0) -> PlanInput {
        var input = PlanInput()
        input.wish(.alice, .whileActive(idle: idle), active: input.now - lastActive)
        input.contain(.alice, "c1")
        input.gate(.alice, ready: "c1", leases: leases)
        return input
    }

    private let reap = """
        reap alice/demo: idle for 600 s
          close gate
          stop demo-alice (c1), grace 5 s
          remove demo-alice (c1)
        """

    @Test func `A runner is reaped when its idle time is over, not a millisecond earlier`() {
        #expect(input(idle: .seconds(600), lastActive: .seconds(600)).text == reap)
        let early = input(idle: .seconds(600), lastActive: .milliseconds(599_999))
        #expect(early.text == "")
        #expect(early.plan.nextDue == early.now + .milliseconds(1))
    }

    @Test func `The gate knows a later activity than the rows`() {
        var input = input(idle: .seconds(600), lastActive: .seconds(900))
        input.inFlight.activity[.alice]?.lastActivity = input.now - .seconds(10)
        #expect(input.text == "")
    }

    @Test func `A lease holds however long it is silent, and nothing is due while it does`() {
        let held = input(idle: .seconds(600), lastActive: .seconds(86_400), leases: 1)
        #expect(held.text == "")
        #expect(held.plan.nextDue == nil)
    }

    @Test func `An idle time of zero is never`() {
        #expect(input(idle: .zero, lastActive: .seconds(86_400)).text == "")
    }

    @Test func `A clock set back makes no idle time`() {
        #expect(input(idle: .seconds(600), lastActive: .seconds(-86_400)).text == "")
    }

    @Test func `A clock set far ahead stops the idle and spares the leased`() {
        #expect(input(idle: .seconds(600), lastActive: .seconds(1_000_000_000)).text == reap)
        #expect(input(idle: .seconds(600), lastActive: .seconds(1_000_000_000), leases: 1).text == "")
    }

    @Test func `An expired wish without a container needs nothing, blocked or not`() {
        var input = PlanInput()
        input.wish(.alice, .whileActive(idle: .seconds(60)), active: input.now - .seconds(61))
        input.wish(
            .bob, .whileActive(idle: .seconds(60)), blocked: .missingValues(["LLM_API_KEY"]),
            active: input.now - .seconds(61))
        #expect(input.text == "")
        #expect(input.plan.nextDue == nil)
    }

    @Test func `What is left of an expired runner is removed`() {
        var input = input(idle: .seconds(60), lastActive: .seconds(61))
        input.observed.containers[0].state = .exited(code: 1)
        #expect(input.text == "reap alice/demo: idle for 60 s\n  remove demo-alice (c1)")
    }
}
