import Spec

/// One runner's wish to have its running container replaced.
struct Turn {
    enum Stage {
        /// Its gate is closed and no lease is left, or the drain deadline is over.
        case drained
        /// Its gate is closed and leases are left.
        case draining
        case idle
        case busy
    }

    var stage: Stage
    var cause: String
    /// What happens while others come first.
    var instead: Outcome
}

/// Bounds how many running containers are replaced at once, so that a change that concerns all runners does not start
/// all agents together.
///
/// Those whose gate is closed go on first, because somebody may wait for them; then idle runners; those that hold leases
/// begin to drain as others end. Among equals everybody's first runner comes before anybody's second.
struct Wave {
    private let limit: Int
    /// Recreations at work, by user.
    private var working: [String: Int] = [:]
    private var drains: Int
    private var waiting: [Decision] = []

    init(policy: PlanPolicy, inFlight: InFlight) {
        limit = policy.maxRecreates
        for id in inFlight.recreating { working[id.user, default: 0] += 1 }
        drains = inFlight.draining.count
    }

    mutating func join(_ decision: Decision) { waiting.append(decision) }

    var runners: Set<RunnerID> { Set(waiting.map(\.id)) }

    /// What each that joined does now.
    func outcomes() -> [Outcome] {
        let stages = Dictionary(grouping: waiting) { $0.turn?.stage ?? .drained }
        var places = limit - working.values.reduce(0, +)
        var drainPlaces = limit - drains - (stages[.draining]?.count ?? 0)
        var outcomes = (stages[.draining] ?? []).map(\.outcome)
        var ahead = 0
        for stage in [Turn.Stage.drained, .idle, .busy] {
            for decision in inTurn(stages[stage] ?? []) {
                let isAdmitted = stage == .busy ? drainPlaces > 0 : places > 0
                if stage == .busy { drainPlaces -= 1 } else { places -= 1 }
                if isAdmitted || stage == .drained {
                    outcomes.append(decision.outcome)
                } else if let turn = decision.turn {
                    var instead = turn.instead
                    instead.holds.append(
                        Hold(runner: decision.id, reason: .turn(ahead: limit + ahead, cause: turn.cause)))
                    outcomes.append(instead)
                    ahead += 1
                }
            }
        }
        return outcomes
    }

    /// By the number of runners of the same user that come before, those at work included.
    private func inTurn(_ decisions: [Decision]) -> [Decision] {
        var taken = working
        let ranked = decisions.sorted { $0.id < $1.id }.map { decision in
            defer { taken[decision.id.user, default: 0] += 1 }
            return (rank: taken[decision.id.user] ?? 0, decision: decision)
        }
        return ranked.sorted { ($0.rank, $0.decision.id) < ($1.rank, $1.decision.id) }.map(\.decision)
    }
}

extension RunnerCase {
    /// nil when `outcome` replaces nothing.
    func turn(_ outcome: Outcome, _ container: ObservedContainer, _ spec: RunnerSpec) -> Turn? {
        guard let lane = outcome.lanes.first else {
            return outcome.holds.isEmpty ? nil : Turn(stage: .draining, cause: "", instead: outcome)
        }
        let stage: Turn.Stage =
            if lane.verb == .drain { .busy } else { gateIsOpen || activity.ready == nil ? .idle : .drained }
        return Turn(stage: stage, cause: lane.cause, instead: serve(container, spec))
    }
}
