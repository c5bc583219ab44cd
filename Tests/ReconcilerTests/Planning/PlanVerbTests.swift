import Spec
import Testing

@Suite("Plan: each verb with its causes, as text")
struct PlanVerbTests {
    @Test func `A wanted runner without a container is created`() {
        var input = PlanInput()
        input.wish(.alice)
        #expect(
            input.text == """
                create alice/demo: no container
                  ensure image demo:1
                  prepare home
                  create demo-alice
                  start
                  probe
                """)
    }

    @Test func `A running container as desired and seen ready needs nothing`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1")
        input.gate(.alice, ready: "c1", leases: 3)
        #expect(input.text == "")
        #expect(input.plan.nextDue == nil)
    }

    @Test func `A running container that this process has not seen ready is adopted`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1")
        let adoption = """
            adopt alice/demo: running, not seen ready yet
              probe c1
            """
        #expect(input.text == adoption)
        input.gate(.alice, ready: "an earlier one")
        #expect(input.text == adoption)
    }

    @Test func `A created container as desired is started`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", .created)
        #expect(
            input.text == """
                start alice/demo: created but never started
                  start c1
                  probe c1
                """)
    }

    @Test(arguments: [
        (Fingerprint.sample(image: "demo:0"), "image changed"),
        (.sample(seed: "s0"), "seed.config.yaml changed"),
        (.sample(model: "m0"), "override.LLM_MODEL changed"),
        (.sample(image: "demo:0", model: "m0"), "image, override.LLM_MODEL changed"),
        (Fingerprint(version: "v0", spec: "", seed: "", overrides: ""), "fingerprint version changed"),
        (nil, "fingerprint cannot be read"),
    ])
    func `A running container that differs is recreated, image first`(built: Fingerprint?, cause: String) {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", built: built)
        input.gate(.alice, ready: "c1")
        #expect(
            input.text == """
                recreate alice/demo: \(cause)
                  ensure image demo:1
                  close gate
                  stop demo-alice (c1), grace 5 s
                  remove demo-alice (c1)
                  prepare home
                  create demo-alice
                  start
                  probe
                """)
    }

    @Test func `Of many changed fields the first four are named`() {
        var input = PlanInput()
        var built = Fingerprint.sample(image: "demo:0")
        for name in ["a", "b", "c", "d", "e"] { built.fields["env.\(name)"] = "1" }
        input.wish(.alice)
        input.contain(.alice, "c1", built: built)
        #expect(input.plan.lanes.first?.cause == "env.a, env.b, env.c, env.d and 2 more changed")
    }

    @Test(arguments: [
        (ContainerState.exited(code: 137), "exited with code 137"), (.exited(code: nil), "exited"), (.dead, "dead"),
    ])
    func `A dead container of a wanted runner is recreated`(state: ContainerState, cause: String) {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", state)
        #expect(
            input.text == """
                recreate alice/demo: \(cause)
                  ensure image demo:1
                  remove demo-alice (c1)
                  prepare home
                  create demo-alice
                  start
                  probe
                """)
    }

    @Test(arguments: [(ContainerState.paused, "paused"), (.restarting, "restarting")])
    func `A container in a state of nobody's making is recreated`(state: ContainerState, cause: String) {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", state)
        #expect(input.text.hasPrefix("recreate alice/demo: \(cause)\n  ensure image demo:1\n  close gate\n  stop"))
    }

    @Test func `A created container that differs is recreated without a stop`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", .created, built: .sample(image: "demo:0"))
        #expect(
            input.text.hasPrefix(
                """
                recreate alice/demo: image changed
                  ensure image demo:1
                  remove demo-alice (c1)
                """))
    }

    @Test func `Nothing is made while the daemon still removes the old one`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", .removing)
        #expect(input.text == "")
        input.contain(.alice, "c2", .exited(code: 0))
        #expect(input.text == "")
    }

    @Test func `A container without a wish is reaped at once`() {
        var input = PlanInput()
        input.contain(.alice, "c1")
        input.gate(.alice, ready: "c1", leases: 1)
        #expect(
            input.text == """
                reap alice/demo: no wish
                  stop demo-alice (c1), grace 5 s
                  remove demo-alice (c1)
                """)
    }

    @Test func `A container whose labels cannot be read is reaped`() {
        var input = PlanInput()
        input.contain(nil, "c1", .exited(code: 0))
        #expect(input.text == "reap ?/?: labels cannot be read\n  remove nameless (c1)")
    }

    @Test func `A runner with a lane at work gets none`() {
        var input = PlanInput()
        input.wish(.alice)
        input.wish(.bob)
        input.contain(RunnerID(user: "carol", backend: "demo"), "c1")
        input.inFlight.lanes = [.alice, RunnerID(user: "carol", backend: "demo")]
        #expect(input.plan.lanes.map(\.runner) == [.bob])
    }

    @Test func `Lanes carry what the executor needs`() {
        var input = PlanInput()
        input.wish(.alice, generation: 7)
        let lane = input.plan.lanes.first
        #expect(lane?.generation == 7)
        #expect(lane?.spec?.containerName == "demo-alice")
    }
}
