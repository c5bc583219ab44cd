import Spec
import Testing

@Suite("Plan: runners of one user")
struct PlanUserLimitTests {
    private static func runner(_ backend: String, of user: String = "alice") -> RunnerID {
        RunnerID(user: user, backend: backend)
    }

    /// Wishes of one user, the first made first.
    private func input(limit: Int?, _ backends: String...) -> PlanInput {
        var input = PlanInput()
        for (place, backend) in backends.enumerated() {
            input.wish(
                Self.runner(backend), .whileActive(idle: .seconds(600)), active: input.now - .seconds(60 - Int64(place))
            )
            input.desired.runners[Self.runner(backend)]?.maxRunners = limit
        }
        return input
    }

    private func created(_ input: PlanInput) -> [String] { input.plan.lanes.map { "\($0.verb) \($0.runner.backend)" } }

    @Test func `Who came first is created and one too many is told of`() {
        let input = input(limit: 2, "c", "a", "b")
        #expect(created(input) == ["create a", "create c"])
        #expect(input.plan.held.map(\.description) == ["hold alice/b: a, c exist, 2 allowed for this user"])
    }

    @Test func `Without a limit all are created`() {
        #expect(created(input(limit: nil, "a", "b", "c")) == ["create a", "create b", "create c"])
    }

    @Test func `What runs is not stopped when the limit is lowered`() {
        var input = input(limit: 1, "a", "b", "c")
        for name in ["b", "c"] {
            input.contain(Self.runner(name), name)
            input.gate(Self.runner(name), ready: name)
        }
        #expect(created(input) == [])
        #expect(input.plan.held.map(\.runner.backend) == ["a"])
    }

    @Test func `A lane at work takes a place, so that two starts at once do not both pass`() {
        var input = input(limit: 1, "a", "b")
        input.inFlight.lanes.insert(Self.runner("b"))
        #expect(created(input) == [])
        #expect(input.plan.held.map(\.runner.backend) == ["a"])
    }

    @Test func `One that is stopped or idle for too long makes room`() {
        for want in [Want.no(reason: "stopped", drain: false), .whileActive(idle: .seconds(30))] {
            var input = input(limit: 1, "a", "b")
            input.contain(Self.runner("a"), "a")
            input.gate(Self.runner("a"), ready: "a")
            input.desired.runners[Self.runner("a")]?.want = want
            #expect(created(input) == ["reap a", "create b"], "\(want)")
        }
    }

    @Test func `A dead container is replaced, being one of those allowed`() {
        var input = input(limit: 1, "a", "b")
        input.contain(Self.runner("b"), "b", .exited(code: 1))
        #expect(created(input) == ["recreate b"])
    }

    @Test func `A pinned runner comes in any case and takes a place`() {
        var input = input(limit: 1, "a", "b")
        input.desired.runners[Self.runner("b")]?.maxRunners = nil
        #expect(created(input) == ["create b"])
        #expect(input.plan.held.map(\.runner.backend) == ["a"])
    }

    @Test func `A runner that cannot be built takes no place, and others' users none of this one's`() {
        var input = input(limit: 1, "b")
        input.wish(Self.runner("a"), blocked: .missingValues(["LLM_API_KEY"]), active: .epoch)
        input.desired.runners[Self.runner("a")]?.maxRunners = 1
        input.wish(Self.runner("a", of: "bob"), active: .epoch)
        input.desired.runners[Self.runner("a", of: "bob")]?.maxRunners = 1
        #expect(input.plan.lanes.map(\.runner) == [Self.runner("b"), Self.runner("a", of: "bob")])
    }
}
