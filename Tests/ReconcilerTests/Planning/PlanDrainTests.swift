import Spec
import Testing

@Suite("Plan: withdrawal, blocking and draining")
struct PlanDrainTests {
    private let stop = """
          stop demo-alice (c1), grace 5 s
          remove demo-alice (c1)
        """

    private func input(_ want: Want = .always, leases: Int, draining: Duration? = nil) -> PlanInput {
        var input = PlanInput()
        input.wish(.alice, want)
        input.contain(.alice, "c1")
        input.gate(.alice, ready: "c1", leases: leases, drainingSince: draining.map { input.now - $0 })
        return input
    }

    @Test func `A person's stop waits for nobody`() {
        let input = input(.no(reason: "stopped by alice", drain: false), leases: 2)
        #expect(input.text == "reap alice/demo: stopped by alice\n" + stop)
    }

    @Test func `A withdrawal by a file closes the gate, waits, and goes on when the leases are gone`() {
        let gone = Want.no(reason: "not pinned any more", drain: true)
        #expect(input(gone, leases: 2).text == "drain alice/demo: not pinned any more\n  close gate")
        #expect(
            input(gone, leases: 2, draining: .seconds(20)).text
                == "hold alice/demo: draining 2 leases until 2026-01-01T12:01:40.000Z")
        #expect(input(gone, leases: 0, draining: .seconds(20)).text == "reap alice/demo: not pinned any more\n" + stop)
        #expect(input(gone, leases: 0).text == "reap alice/demo: not pinned any more\n  close gate\n" + stop)
    }

    @Test func `The drain deadline ends the wait, exactly then`() {
        let gone = Want.no(reason: "not pinned any more", drain: true)
        let waiting = input(gone, leases: 1, draining: .milliseconds(119_999))
        #expect(waiting.plan.isEmpty)
        #expect(waiting.plan.nextDue == waiting.now + .milliseconds(1))
        #expect(input(gone, leases: 1, draining: .seconds(120)).text == "reap alice/demo: not pinned any more\n" + stop)
    }

    @Test func `A drift drains with the new image at hand before the gate is closed`() {
        var input = input(leases: 1)
        input.wish(.alice, spec: .sample(.alice, .sample(image: "demo:2")))
        #expect(input.text == "drain alice/demo: image changed\n  ensure image demo:2\n  close gate")
        input.gate(.alice, ready: "c1", leases: 1, drainingSince: input.now)
        #expect(input.text == "hold alice/demo: draining 1 leases until 2026-01-01T12:02:00.000Z")
    }

    @Test func `A drain that is not due any more opens the gate again`() {
        #expect(
            input(leases: 1, draining: .seconds(5)).text == """
                adopt alice/demo: draining is not due any more
                  probe c1
                """)
    }

    @Test func `A blocked runner is held, and a running one drains and goes`() {
        var input = input(leases: 1)
        input.wish(.alice, blocked: .missingValues(["LLM_API_KEY", "LLM_MODEL"]))
        let hold = "\nhold alice/demo: missing LLM_API_KEY, LLM_MODEL"
        #expect(input.text == "drain alice/demo: missing LLM_API_KEY, LLM_MODEL\n  close gate" + hold)
        input.gate(.alice, ready: "c1")
        #expect(input.text == "reap alice/demo: missing LLM_API_KEY, LLM_MODEL\n  close gate\n" + stop + hold)
        input.observed.containers = []
        #expect("\n" + input.text == hold)
    }

    @Test(arguments: [
        (BlockReason.backendUnavailable("demo"), "backend demo is not available"),
        (.seed("config.yaml: unknown variable X"), "config.yaml: unknown variable X"),
    ])
    func `Every reason to block is named`(reason: BlockReason, text: String) {
        var input = PlanInput()
        input.wish(.alice, blocked: reason)
        #expect(input.text == "hold alice/demo: \(text)")
    }

    @Test func `A withdrawn wish without a container needs nothing`() {
        var input = PlanInput()
        input.wish(.alice, .no(reason: "stopped by alice", drain: false))
        #expect(input.text == "")
    }

    @Test func `A dead container of a withdrawn wish is removed`() {
        var input = input(.no(reason: "stopped by alice", drain: true), leases: 1)
        input.observed.containers[0].state = .exited(code: 0)
        #expect(input.text == "reap alice/demo: stopped by alice\n  remove demo-alice (c1)")
    }
}
