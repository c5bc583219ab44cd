import Reconciler
import Spec
import Testing

@Suite("Plan: another image behind a name")
struct PlanImageTests {
    private static let old = "sha256:0123456789abcdef0123456789abcdef"
    private static let new = "sha256:fedcba9876543210fedcba9876543210"

    /// A ready runner made from the old image, whose name means the new one since a second ago.
    private func input(_ policy: OnDigestChange = .recreate, leases: Int = 0) -> PlanInput {
        var input = PlanInput()
        var spec = RunnerSpec.sample(.alice)
        spec.onDigestChange = policy
        input.wish(.alice, spec: spec)
        input.contain(.alice, "c1", imageID: Self.old)
        input.gate(.alice, ready: "c1", leases: leases)
        input.know(as: Self.new, for: .seconds(1))
        return input
    }

    @Test func `An idle runner is recreated, and the sentence has both`() {
        #expect(
            input().text == """
                recreate alice/demo: image digest changed from sha256:0123456789ab to sha256:fedcba987654
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

    @Test func `A busy one drains first`() {
        #expect(input(leases: 1).plan.lanes.map(\.verb) == [.drain])
    }

    @Test func `One that is not seen ready yet is recreated too, and a created one`() {
        var unseen = input()
        unseen.gate(.alice, ready: nil)
        #expect(unseen.plan.lanes.map(\.verb) == [.recreate])
        var created = PlanInput()
        created.wish(.alice)
        created.contain(.alice, "c1", .created, imageID: Self.old)
        created.know(as: Self.new, for: .zero)
        #expect(created.plan.lanes.map(\.verb) == [.recreate])
    }

    @Test func `A policy that only tells does nothing`() {
        #expect(input(.notify).text == "")
    }

    @Test func `What could not be looked up, and a container that does not say, change nothing`() {
        var unknown = input()
        unknown.observed.images = [:]
        #expect(unknown.text == "")
        var other = input()
        other.observed.images = ["demo:2": KnownImage(id: Self.new, since: other.now, askedAt: other.now)]
        #expect(other.text == "")
        var silent = input()
        silent.observed.containers[0].imageID = nil
        #expect(silent.text == "")
    }

    @Test func `A container that is younger than the meaning is not made again and again`() {
        var input = input()
        input.know(as: Self.new, for: .seconds(61))
        #expect(input.text == "")
    }

    @Test func `A name that was looked up before the container was made says nothing of it`() {
        var input = input()
        input.observed.images["demo:1"]?.askedAt = input.now - .milliseconds(59_001)
        #expect(input.text == "")
        input.observed.images["demo:1"]?.askedAt = input.now - .seconds(59)
        #expect(input.plan.lanes.map(\.verb) == [.recreate])
    }

    @Test func `It is no change of the configuration, so that the safety share does not hold it`() {
        var input = input()
        input.policy.safetyShare = 0
        input.policy.safetyFloor = 0
        input.desired.configRevision = 7
        #expect(input.plan.lanes.map(\.verb) == [.recreate])
        #expect(input.plan.configurationChanges == 0)
    }

    @Test func `It goes in waves`() {
        var input = PlanInput()
        input.policy.maxRecreates = 2
        for number in 0..<5 {
            let id = RunnerID(user: "u\(number)", backend: "demo")
            input.wish(id)
            input.contain(id, "c\(number)", imageID: Self.old)
            input.gate(id, ready: "c\(number)")
        }
        input.know(as: Self.new, for: .zero)
        #expect(input.plan.lanes.count == 2)
        #expect(input.plan.held.count == 3)
    }
}
