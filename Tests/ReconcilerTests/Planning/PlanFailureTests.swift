import Spec
import Testing

@Suite("Plan: backoff and crash loops")
struct PlanFailureTests {
    @Test func `Nothing is made before the backoff is over, exactly until then`() {
        var input = PlanInput()
        input.wish(.alice)
        input.fail(.alice, times: 2, retryIn: .seconds(6))
        #expect(input.text == "hold alice/demo: backoff until 2026-01-01T12:00:06.000Z after 2 failures")
        #expect(input.plan.nextDue == input.now + .seconds(6))
        input.now = input.now + .seconds(6)
        #expect(input.plan.lanes.map(\.verb) == [.create])
    }

    @Test func `A time further ahead than any backoff is due, because the clock was set back`() {
        var input = PlanInput()
        input.wish(.alice)
        input.fail(.alice, times: 2, retryIn: .seconds(300))
        #expect(input.plan.isEmpty)
        input.now = input.now - .milliseconds(1)
        #expect(input.plan.lanes.map(\.verb) == [.create])
        #expect(input.plan.held == [])
    }

    @Test func `What is left of a failed attempt is removed while it waits`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", .exited(code: 1))
        input.fail(.alice, times: 1, retryIn: .seconds(2))
        #expect(
            input.text == """
                reap alice/demo: exited with code 1
                  remove demo-alice (c1)
                hold alice/demo: backoff until 2026-01-01T12:00:02.000Z after 1 failure
                """)
    }

    @Test func `An edited file ends the wait, for what failed is not what is asked for now`() {
        var input = PlanInput()
        input.wish(.alice)
        input.fail(.alice, times: 5, retryIn: .seconds(60))
        input.history.records[.alice]?.fingerprint = Fingerprint.sample().digest
        #expect(input.text == "hold alice/demo: crash loop after 5 failures")
        input.wish(.alice, spec: .sample(.alice, .sample(image: "demo:2")))
        #expect(input.plan.lanes.map(\.verb) == [.create])
        #expect(input.plan.held == [])
    }

    @Test func `Five failures in a row are a crash loop that time does not end`() {
        var input = PlanInput()
        input.wish(.alice)
        input.fail(.alice, times: 5, retryIn: .seconds(-3600))
        #expect(input.text == "hold alice/demo: crash loop after 5 failures")
        #expect(input.plan.nextDue == nil)
        input.fail(.alice, times: 4, retryIn: .zero)
        #expect(input.plan.lanes.map(\.verb) == [.create])
    }

    @Test func `A new generation forgets failures of the old one`() {
        var input = PlanInput()
        input.wish(.alice, generation: 2)
        input.fail(.alice, times: 9, generation: 1, retryIn: .seconds(300))
        #expect(input.plan.lanes.map(\.verb) == [.create])
    }

    @Test func `A running runner is not taken away for a change that may not be tried yet`() {
        var input = PlanInput()
        input.wish(.alice, spec: .sample(.alice, .sample(image: "demo:2")))
        input.contain(.alice, "c1")
        input.gate(.alice, ready: "c1")
        input.fail(.alice, times: 1, retryIn: .seconds(2))
        let hold = "hold alice/demo: backoff until 2026-01-01T12:00:02.000Z after 1 failure"
        #expect(input.text == hold)
        input.gate(.alice, ready: "c1", leases: 1, drainingSince: input.now)
        #expect(input.text == "adopt alice/demo: draining is not due any more\n  probe c1\n" + hold)
    }

    @Test func `A backoff keeps nobody from adopting what runs, or from stopping what is not wanted`() {
        var input = PlanInput()
        input.wish(.alice)
        input.wish(.bob, .no(reason: "stopped by bob", drain: false))
        input.contain(.alice, "c1")
        input.contain(.bob, "c2")
        input.fail(.alice, times: 1, retryIn: .seconds(2))
        input.fail(.bob, times: 5, retryIn: .seconds(2))
        #expect(input.plan.lanes.map(\.verb) == [.adopt, .reap])
    }
}
