import Reconciler
import SimulatedEngine
import Spec

/// The whole operator as one value: a world, a gate, and an executor that carries out plans one step at a time, with
/// whatever can go wrong going wrong by chance. No clock, no tasks: a history is a function of its seed.
struct ModelWorld {
    var input = PlanInput()
    var dice: SplitMix64
    /// Probability that a step goes wrong.
    var trouble = 0.25
    /// Rules that were broken, with the step that broke them.
    var violations: [String] = []
    private var madeContainers = 0

    init(seed: UInt64) {
        dice = SplitMix64(seed: seed)
        input.policy = PlanPolicy(drainTimeout: .seconds(30), safetyShare: 0.5, safetyFloor: 2, maxRecreates: 2)
        for user in 0..<4 { disturb(RunnerID(user: "u\(user)", backend: "demo")) }
    }

    /// One observe-plan-execute round. The plan that was carried out, perhaps in part.
    mutating func round() -> Plan {
        let plan = input.plan
        for lane in plan.lanes.shuffled(using: &dice) { execute(lane) }
        return plan
    }

    /// Something happens that nobody planned: an edit, a death, a request, a restart, time.
    mutating func disturb() {
        let ids = (0..<4).map { RunnerID(user: "u\($0)", backend: "demo") }
        guard let id = ids.randomElement(using: &dice) else { return }
        switch Int.random(in: 0..<10, using: &dice) {
        case 0...1: disturb(id)
        case 2: input.desired.runners[id] = nil
        case 3: kill(id)
        case 4: input.observed.containers.removeAll { $0.runner == id }
        case 5: restart()
        case 6: input.inFlight.activity[id]?.leases = 0
        case 7: input.now = input.now + .seconds(Int.random(in: -5...60, using: &dice))
        default: takeLease(id)
        }
    }

    /// Lets the time come that the plan waits for; with none, lets requests end.
    mutating func settle(_ plan: Plan) {
        trouble = 0
        for id in input.inFlight.activity.keys { input.inFlight.activity[id]?.leases = 0 }
        if plan.isEmpty, let due = plan.nextDue { input.now = max(input.now, due) }
    }

    private mutating func disturb(_ id: RunnerID) {
        let generation = (input.desired.runners[id]?.generation ?? 0) + 1
        input.wish(
            id, .random(using: &dice), spec: .sample(id, .random(using: &dice)),
            blocked: dice.chance(0.1) ? .random(using: &dice) : nil, generation: generation, active: input.now)
    }

    private mutating func kill(_ id: RunnerID) {
        for place in input.observed.containers.indices where input.observed.containers[place].runner == id {
            if input.observed.containers[place].state == .running {
                input.observed.containers[place].state = .exited(code: 137)
            }
        }
    }

    /// The process dies: what only its memory knew is gone, and so are the connections through it.
    private mutating func restart() { input.inFlight.activity = [:] }

    private mutating func takeLease(_ id: RunnerID) {
        guard let activity = input.inFlight.activity[id], activity.ready != nil, activity.drainingSince == nil
        else { return }
        input.inFlight.activity[id]?.leases += 1
        input.inFlight.activity[id]?.lastActivity = input.now
    }

    private mutating func execute(_ lane: Lane) {
        var made: ContainerID?
        for step in lane.steps {
            if dice.chance(trouble) { takeLease(lane.runner) }
            if dice.chance(trouble / 2) { return fail(lane) }
            guard perform(step, of: lane, made: &made) else { return }
            checkInvariants(after: step)
            if dice.chance(trouble / 2) { return dice.chance(0.5) ? restart() : fail(lane) }
        }
    }

    private mutating func fail(_ lane: Lane) {
        guard lane.steps.contains(where: \.isAttempt) else { return }
        input.history.records[lane.runner] = .next(
            after: input.history.records[lane.runner],
            failure: RunnerFailure(reason: .startFailed, message: "trouble", at: input.now),
            generation: lane.generation, now: input.now, readyFor: nil, using: &dice)
    }

    /// False when the lane ends here.
    private mutating func perform(_ step: Step, of lane: Lane, made: inout ContainerID?) -> Bool {
        let id = lane.runner
        switch step {
        case .closeGate:
            input.inFlight.activity[id, default: Activity()].drainingSince = input.now
            return lane.verb == .drain || input.inFlight.activity[id]?.leases == 0
        case .stop(let container, _, _):
            checkLease(of: container, lane)
            setState(of: container, .exited(code: 0))
            if input.inFlight.activity[id]?.ready == container {
                input.inFlight.activity[id]?.ready = nil
                input.inFlight.activity[id]?.leases = 0
            }
        case .remove(let container, _):
            input.observed.containers.removeAll { $0.id == container }
        case .prepareHome, .ensureImage: break
        case .create(let name):
            guard let spec = lane.spec, !input.observed.containers.contains(where: { $0.name == name }) else {
                violations.append("\(lane.runner): name taken or no spec for \(step)")
                return false
            }
            madeContainers += 1
            made = ContainerID("m\(madeContainers)")
            input.contain(id, "m\(madeContainers)", .created, built: spec.fingerprint, generation: lane.generation)
        case .start(let container):
            if let container = container ?? made { setState(of: container, .running) }
        case .probe(let container):
            guard let container = container ?? made, input.observed.containers.contains(where: { $0.id == container })
            else { return false }
            input.inFlight.activity[id, default: Activity()].ready = container
            input.inFlight.activity[id]?.drainingSince = nil
        }
        return true
    }

    private mutating func setState(of id: ContainerID, _ state: ContainerState) {
        guard let place = input.observed.containers.firstIndex(where: { $0.id == id }) else { return }
        input.observed.containers[place].state = state
    }

    private mutating func checkLease(of container: ContainerID, _ lane: Lane) {
        guard let activity = input.inFlight.activity[lane.runner], activity.leases > 0, activity.ready == container,
            let runner = input.desired.runners[lane.runner], !runner.isPersonsStop
        else { return }
        let since = activity.drainingSince ?? input.now
        if input.now < since + input.policy.drainTimeout { violations.append("a lease was broken by \(lane)") }
    }

    private mutating func checkInvariants(after step: Step) {
        let live = input.observed.containers.filter(\.state.mayHaveProcess).compactMap(\.runner)
        if Set(live).count < live.count { violations.append("two live containers after \(step)") }
    }
}
