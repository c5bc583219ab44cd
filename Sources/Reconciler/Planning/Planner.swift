package import Spec

/// The only place that decides. A pure function of values: no clock, no log, no error, no call.
///
/// Properties that always hold, whatever the input and its order:
/// - a converged world gives no lanes;
/// - at most one lane per runner, none for a runner that has one at work;
/// - at most one live container per runner: whatever else exists is gone before one is created or started;
/// - a container that holds a lease is not stopped before its drain deadline, unless a person wants it gone;
/// - no container is created or started before its backoff is over;
/// - one change of the configuration drains, recreates or reaps at most the policy's share of the running runners
///   without approval; idle stops and people's own acts do not count;
/// - at most so many running containers are being replaced at once as the policy says, and as many drain for it;
/// - no runner is created beyond what its user may have, pinned ones excepted;
/// - no plan of the same world differs before ``Plan/nextDue``, as long as nobody sets the clock back.
package enum Planner {
    package static func plan(
        desired: DesiredState, observed: ObservedState, history: FailureHistory, inFlight: InFlight,
        policy: PlanPolicy, now: Timestamp
    ) -> Plan {
        let rules = PlanRules(
            policy: policy, now: now, images: observed.images,
            configurationIsSettled: desired.configRevision <= policy.settledRevision)
        let index = ContainerIndex(observed.containers)
        var draft = PlanDraft(policy: policy, inFlight: inFlight)
        let limits = UserLimits(desired: desired, index: index, inFlight: inFlight, now: now)
        for (id, runner) in desired.runners {
            if inFlight.lanes.contains(id) {
                draft.running += 1
                continue
            }
            let activity = inFlight.activity[id] ?? Activity()
            let found = FoundContainers(index, of: runner, activity: activity)
            if found.kept?.state.mayHaveProcess == true { draft.running += 1 }
            let runnerCase = RunnerCase(
                id: id, runner: runner, found: found, activity: activity,
                failure: history.records[id], rules: rules, limit: limits.hold(id))
            draft.add(runnerCase.decide())
        }
        draft.add(orphans(in: observed.containers, desired: desired, inFlight: inFlight.lanes))
        return draft.plan(limit: SafetyShare(policy: policy, revision: desired.configRevision, running: draft.running))
    }
}

/// What holds for all runners of one plan.
struct PlanRules {
    var policy: PlanPolicy
    var now: Timestamp
    /// By reference.
    var images: [String: KnownImage]
    /// Whether the changes of the configuration in force have all been carried out.
    var configurationIsSettled: Bool
}

/// A plan in the making: decisions as they come, before the safety share is known.
struct PlanDraft {
    /// Runners with a live container or a lane at work.
    var running = 0
    private var wave: Wave
    private var plan = Plan()
    private var fromConfiguration: [Decision] = []

    init(policy: PlanPolicy, inFlight: InFlight) { wave = Wave(policy: policy, inFlight: inFlight) }

    mutating func add(_ decision: Decision) {
        if decision.change != nil {
            fromConfiguration.append(decision)
        } else {
            admit(decision)
        }
    }

    private mutating func admit(_ decision: Decision) {
        if decision.turn != nil { wave.join(decision) } else { add(decision.outcome) }
    }

    mutating func add(_ lanes: [Lane]) { plan.lanes += lanes }

    private mutating func add(_ outcome: Outcome) {
        if !outcome.lanes.isEmpty { plan.lanes += outcome.lanes }
        if !outcome.holds.isEmpty { plan.held += outcome.holds }
        if let due = outcome.due { plan.nextDue = min(plan.nextDue ?? due, due) }
    }

    func plan(limit: SafetyShare) -> Plan {
        var draft = self
        let touched = fromConfiguration.count
        for decision in fromConfiguration {
            guard !limit.permits(touched), let change = decision.change else {
                draft.admit(decision)
                continue
            }
            draft.add(change.instead)
            draft.plan.held.append(limit.hold(decision.id, touched: touched, cause: change.cause))
        }
        draft.plan.replacements = draft.wave.runners
        for outcome in draft.wave.outcomes() { draft.add(outcome) }
        draft.plan.configurationChanges = touched
        // Lanes are large, so places are sorted and each lane moves once.
        let lanes = draft.plan.lanes
        draft.plan.lanes = lanes.indices.sorted { lanes[$0].runner < lanes[$1].runner }.map { lanes[$0] }
        draft.plan.held.sort { ($0.runner, $0.reason.rank) < ($1.runner, $1.reason.rank) }
        return draft.plan
    }
}

extension Hold.Reason {
    /// Order among several holds of one runner.
    fileprivate var rank: Int {
        switch self {
        case .blocked: 0
        case .userLimit: 1
        case .safetyShare: 2
        case .turn: 3
        case .draining: 4
        case .backoff: 5
        case .crashLoop: 6
        }
    }
}
