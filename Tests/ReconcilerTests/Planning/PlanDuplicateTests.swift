import Spec
import Testing

@Suite("Plan: several containers of one runner")
struct PlanDuplicateTests {
    @Test func `The one that is as desired and seen ready stays`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", built: .sample(image: "demo:0"), age: .seconds(900))
        input.contain(.alice, "c2", age: .seconds(800))
        input.contain(.alice, "c3", age: .seconds(700))
        input.contain(.alice, "c4", .exited(code: 0), age: .seconds(600))
        input.gate(.alice, ready: "c3")
        #expect(
            input.text == """
                reap alice/demo: duplicate of demo-alice (c3)
                  stop demo-alice (c1), grace 5 s
                  remove demo-alice (c1)
                  stop demo-alice (c2), grace 5 s
                  remove demo-alice (c2)
                  remove demo-alice (c4)
                """)
    }

    @Test func `Of equals the oldest stays, and then the smallest id`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c2", age: .seconds(60))
        input.contain(.alice, "c3", age: .seconds(61))
        input.contain(.alice, "c1", age: .seconds(60))
        #expect(input.plan.lanes.first?.steps.last == .probe(ContainerID("c3")))
        input.observed.containers.remove(at: 1)
        #expect(input.plan.lanes.first?.steps.last == .probe(ContainerID("c1")))
    }

    @Test func `One that holds leases is waited for, whatever else there is`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", built: .sample(image: "demo:0"))
        input.contain(.alice, "c2")
        input.gate(.alice, ready: "c1", leases: 1)
        #expect(
            input.text == """
                drain alice/demo: image changed
                  stop demo-alice (c2), grace 5 s
                  remove demo-alice (c2)
                  ensure image demo:1
                  close gate
                """)
    }

    @Test func `One that requests reach is closed before it makes way for a better one`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", built: .sample(image: "demo:0"))
        input.contain(.alice, "c2")
        input.gate(.alice, ready: "c1")
        #expect(
            input.text == """
                adopt alice/demo: running, not seen ready yet
                  close gate
                  stop demo-alice (c1), grace 5 s
                  remove demo-alice (c1)
                  probe c2
                """)
    }

    @Test func `All are gone before a new one is made`() {
        var input = PlanInput()
        input.wish(.alice)
        input.contain(.alice, "c1", .exited(code: 1))
        input.contain(.alice, "c2", .exited(code: 1))
        let steps = input.plan.lanes.first?.steps ?? []
        #expect(steps.firstIndex(of: .remove(ContainerID("c1"), name: "demo-alice")) ?? 9 < 3)
        #expect(steps.firstIndex(of: .remove(ContainerID("c2"), name: "demo-alice")) ?? 9 < 3)
        #expect(steps.firstIndex(of: .create(name: "demo-alice")) == 4)
    }

    @Test func `All go when the runner goes`() {
        var input = PlanInput()
        input.wish(.alice, .no(reason: "stopped by alice", drain: false))
        input.contain(.alice, "c1")
        input.contain(.alice, "c2", .created)
        #expect(
            input.text == """
                reap alice/demo: stopped by alice
                  remove demo-alice (c2)
                  stop demo-alice (c1), grace 5 s
                  remove demo-alice (c1)
                """)
    }
}
