import SimulatedEngine
import Spec
import Testing

/// What holds for every plan, over seeded random worlds. A failure names the seed: `PlanInput.random(seed:)` is the
/// world.
@Suite("Plan: properties over random worlds")
struct PlanPropertyTests {
    private static let seeds: Range<UInt64> = 0..<5000

    private func check(_ holds: (PlanInput, Plan, UInt64) -> Void) {
        for seed in Self.seeds {
            let input = PlanInput.random(seed: seed)
            holds(input, input.plan, seed)
        }
    }

    @Test func `The order of what is observed and wished for does not matter`() {
        check { input, plan, seed in
            var dice = SplitMix64(seed: seed)
            var shuffled = input
            shuffled.observed.containers.shuffle(using: &dice)
            shuffled.desired.runners = [:]
            for (id, runner) in input.desired.runners.shuffled(using: &dice) { shuffled.desired.runners[id] = runner }
            #expect(shuffled.text == input.text, "seed \(seed)")
            #expect(shuffled.plan.nextDue == plan.nextDue, "seed \(seed)")
        }
    }

    @Test func `Each runner has at most one lane, in order, none with one at work, and each lane has steps`() {
        check { input, plan, seed in
            #expect(zip(plan.lanes, plan.lanes.dropFirst()).allSatisfy { $0.runner < $1.runner }, "seed \(seed)")
            #expect(plan.lanes.allSatisfy { !input.inFlight.lanes.contains($0.runner) }, "seed \(seed)")
            #expect(plan.lanes.allSatisfy { !$0.steps.isEmpty && !$0.cause.isEmpty }, "seed \(seed)")
        }
    }

    @Test func `A lane touches nothing but observed containers of its own runner`() {
        check { input, plan, seed in
            for lane in plan.lanes {
                let own = Set(
                    input.observed.containers.filter { ($0.runner ?? Lane.unknownRunner) == lane.runner }.map(\.id))
                #expect(lane.steps.allSatisfy { $0.container.map(own.contains) ?? true }, "seed \(seed): \(lane)")
            }
        }
    }

    @Test func `A container is created or started only when no other of its runner is left`() {
        check { input, plan, seed in
            for lane in plan.lanes {
                var left = Set(input.observed.containers.filter { $0.runner == lane.runner }.map(\.id))
                for step in lane.steps {
                    switch step {
                    case .remove(let id, _): left.remove(id)
                    case .create: #expect(left == [], "seed \(seed): \(lane)")
                    case .start(let id?): #expect(left == [id], "seed \(seed): \(lane)")
                    default: break
                    }
                }
            }
        }
    }

    @Test func `No process is removed without a stop, and none is stopped twice`() {
        check { input, plan, seed in
            for container in input.observed.containers where container.state.mayHaveProcess {
                let steps = plan.lanes.flatMap(\.steps).filter { $0.container == container.id }
                let stops = steps.filter(\.isStop)
                #expect(stops.count <= 1, "seed \(seed)")
                if steps.contains(where: \.isRemoval) { #expect(steps.first?.isStop == true, "seed \(seed)") }
            }
        }
    }

    @Test func `What holds a lease is not stopped before its drain deadline unless a person wants it gone`() {
        check { input, plan, seed in
            for lane in plan.lanes {
                guard let runner = input.desired.runners[lane.runner], !runner.isPersonsStop,
                    let activity = input.inFlight.activity[lane.runner], activity.leases > 0,
                    let since = activity.drainingSince ?? .some(Timestamp(milliseconds: .max)),
                    input.now < since + input.policy.drainTimeout
                else { continue }
                for case .stop(let id, _, _) in lane.steps {
                    #expect(id != activity.ready, "seed \(seed): \(lane)")
                }
            }
        }
    }

    @Test func `A gate that is open is closed before its container is stopped, unless a person wants it gone`() {
        check { input, plan, seed in
            for lane in plan.lanes {
                guard let runner = input.desired.runners[lane.runner], !runner.isPersonsStop,
                    let activity = input.inFlight.activity[lane.runner], activity.drainingSince == nil,
                    let stop = lane.steps.firstIndex(where: { $0.isStop && $0.container == activity.ready })
                else { continue }
                let close = lane.steps.firstIndex(of: .closeGate)
                #expect(close.map { $0 < stop } == true, "seed \(seed): \(lane)")
            }
        }
    }

    @Test func `Nothing is created or started before its backoff or in a crash loop`() {
        check { input, plan, seed in
            for lane in plan.lanes {
                guard let failure = input.history.records[lane.runner],
                    failure.generation == input.desired.runners[lane.runner]?.generation,
                    failure.count >= 5 || failure.isBackoff(at: input.now)
                else { continue }
                #expect(!lane.steps.contains { $0.isAttempt }, "seed \(seed): \(lane)")
            }
        }
    }

    @Test func `An unsettled configuration takes away no more than the share`() {
        check { input, plan, seed in
            guard input.desired.configRevision > input.policy.settledRevision,
                input.policy.approvedRevision != input.desired.configRevision
            else { return }
            let live = Set(input.observed.containers.filter(\.state.mayHaveProcess).compactMap(\.runner))
            let running = input.desired.runners.keys.count { live.contains($0) || input.inFlight.lanes.contains($0) }
            let allowed = max(input.policy.safetyFloor, Int(input.policy.safetyShare * Double(running)))
            let taken = plan.lanes.filter { input.isTakenByConfiguration($0) }
            #expect(taken.count <= allowed, "seed \(seed): \(plan)")
        }
    }

    @Test func `No more containers that serve are taken from their users at once than the policy says`() {
        check { input, plan, seed in
            let serving = Set(
                input.observed.containers.filter { container in
                    guard let activity = container.runner.flatMap({ input.inFlight.activity[$0] }) else { return false }
                    return container.state == .running && activity.ready == container.id
                        && activity.drainingSince == nil
                }.map(\.id))
            let replaced = plan.lanes.filter { lane in
                lane.verb == .recreate
                    && lane.steps.contains { $0.isStop && $0.container.map(serving.contains) == true }
            }
            #expect(replaced.count <= input.policy.maxRecreates, "seed \(seed): \(plan)")
        }
    }

    @Test func `Idle stops come only after the idle time, and never with a lease`() {
        check { input, plan, seed in
            for lane in plan.lanes where lane.cause.hasPrefix("idle") {
                guard case .whileActive(let idle) = input.desired.runners[lane.runner]?.want,
                    let stored = input.desired.runners[lane.runner]?.lastActivity
                else {
                    Issue.record("seed \(seed): \(lane)")
                    continue
                }
                let activity = input.inFlight.activity[lane.runner] ?? Activity()
                #expect(activity.leases == 0, "seed \(seed): \(lane)")
                #expect(max(stored, activity.lastActivity) + idle <= input.now, "seed \(seed): \(lane)")
            }
        }
    }

    @Test func `A plan stays as it is until it is next due, and not longer`() {
        check { input, plan, seed in
            // What is tried because the clock was set back would not be tried once the clock has caught up.
            if input.history.records.values.contains(where: { $0.retryAt > input.now && !$0.isBackoff(at: input.now) })
            {
                return
            }
            var later = input
            guard let due = plan.nextDue else {
                later.now = input.now + .seconds(1_000_000)
                #expect(later.text == input.text, "seed \(seed)")
                return
            }
            #expect(due > input.now, "seed \(seed)")
            later.now = due - .milliseconds(1)
            #expect(later.text == input.text, "seed \(seed)")
            later.now = due
            // A runner that waits for the daemon to remove something gets nothing before and nothing after.
            if input.observed.containers.contains(where: { $0.state == .removing }) { return }
            #expect(later.text != input.text, "seed \(seed)")
        }
    }
}

extension Step {
    var container: ContainerID? {
        switch self {
        case .stop(let id, _, _), .remove(let id, _): id
        case .start(let id), .probe(let id): id
        case .closeGate, .prepareHome, .ensureImage, .create: nil
        }
    }

    var isStop: Bool { if case .stop = self { true } else { false } }
    var isRemoval: Bool { if case .remove = self { true } else { false } }

    /// Whether it tries to get a container running.
    var isAttempt: Bool {
        switch self {
        case .create, .start: true
        default: false
        }
    }
}

extension FailureRecord {
    /// Whether it forbids attempts for now, told without the planner.
    fileprivate func isBackoff(at now: Timestamp) -> Bool { (1...300_000).contains((retryAt - now).wholeMilliseconds) }
}

extension DesiredRunner {
    var isPersonsStop: Bool { want == .no(reason: PlanInput.personsReason, drain: false) }
}

extension PlanInput {
    /// Whether a lane takes a running container away because of a file, told from its cause alone where possible.
    fileprivate func isTakenByConfiguration(_ lane: Lane) -> Bool {
        guard lane.verb != .adopt, lane.steps.contains(where: { $0.isStop || $0 == .closeGate }),
            let runner = desired.runners[lane.runner]
        else { return false }
        let fileCauses = [Self.filesReason, "backend demo is not available", "bad seed", "fingerprint cannot be read"]
        if fileCauses.contains(lane.cause) { return lane.touchesLive(observed) }
        if lane.cause.hasSuffix("changed"), lane.touchesLive(observed) {
            let isPersonsEdit = !lane.cause.contains("image") && lane.cause.contains("override")
            return !isPersonsEdit || keptGeneration(lane) == runner.generation
        }
        return false
    }

    /// Generation of the container that the lane is about: the last it stops, or, in a drain, the live one it leaves.
    private func keptGeneration(_ lane: Lane) -> Int64? {
        let stopped = lane.steps.filter(\.isStop).map(\.container)
        let kept = observed.containers.last { container in
            guard lane.verb == .drain else { return container.id == stopped.last }
            return container.runner == lane.runner && container.state.mayHaveProcess && container.state != .removing
                && !stopped.contains(container.id)
        }
        return kept?.generation
    }
}

extension Lane {
    fileprivate func touchesLive(_ observed: ObservedState) -> Bool {
        observed.containers.contains { $0.runner == runner && $0.state.mayHaveProcess && $0.state != .removing }
    }
}
