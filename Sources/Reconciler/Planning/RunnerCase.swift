import Spec

/// Everything that is known of one wished-for runner at the moment of the decision.
struct RunnerCase {
    let id: RunnerID
    let runner: DesiredRunner
    let found: FoundContainers
    let activity: Activity
    let failure: FailureRecord?
    let rules: PlanRules
    /// Why it is not created, whatever else holds.
    var limit: Hold.Reason?

    var now: Timestamp { rules.now }

    func decide() -> Decision {
        var decision: Decision
        switch runner.want {
        case .no(let reason, let drain):
            decision = remove(because: reason, drain: drain, fromConfiguration: drain)
        case .whileActive(let idle) where isOver(idle):
            decision = remove(because: "idle for \(idle.seconds) s", drain: true, fromConfiguration: false)
        case .always:
            decision = provide()
        case .whileActive(let idle):
            decision = provide()
            if let expiry = expiry(after: idle) { decision.edit { $0.mention(due: expiry) } }
        }
        if !found.others.isEmpty { decision.edit(reapOthers) }
        return decision
    }

    /// What a runner that is wanted now gets.
    private func provide() -> Decision {
        // The answer for nearly every runner of nearly every plan, without touching more of its spec than it needs.
        if let container = found.kept, container.state == .running, isServing(container),
            runner.resolution.asks(for: container.fingerprint), outdatedImage(of: container) == nil
        {
            return Decision(id, .nothing)
        }
        switch runner.resolution {
        case .runnable(let spec):
            return provide(spec)
        case .blocked(let reason):
            var decision = remove(
                because: reason.description, drain: true, fromConfiguration: isFromConfiguration(reason))
            decision.edit { $0.holds.append(Hold(runner: id, reason: .blocked(reason))) }
            return decision
        }
    }

    private func provide(_ spec: RunnerSpec) -> Decision {
        guard let container = found.kept else {
            // Its name is free only when the removal is over; the event of that, or the next tick, plans again.
            if let limit { return Decision(id, Outcome(holds: [Hold(runner: id, reason: limit)])) }
            return Decision(id, found.isBeingRemoved ? .nothing : attempt(.create, spec, because: "no container"))
        }
        switch container.state {
        case .running:
            guard let drift = drift(of: container, from: spec) else { return Decision(id, serve(container, spec)) }
            return replaceLive(container, spec, because: drift)
        case .paused:
            return replaceLive(container, spec, because: "paused")
        case .restarting:
            return replaceLive(container, spec, because: "restarting")
        case .created:
            guard let drift = drift(of: container, from: spec) else {
                return Decision(id, attempt(.start, spec, because: "created but never started"))
            }
            return Decision(id, attempt(.recreate, spec, because: drift))
        case .exited(let code):
            return Decision(id, attempt(.recreate, spec, because: code.map { "exited with code \($0)" } ?? "exited"))
        case .dead:
            return Decision(id, attempt(.recreate, spec, because: "dead"))
        case .removing:
            return Decision(id, .nothing)
        }
    }

    /// Goes on with a running container: nothing when requests reach it already.
    func serve(_ container: ObservedContainer, _ spec: RunnerSpec) -> Outcome {
        guard container.state == .running else { return .nothing }
        if isServing(container) { return .nothing }
        let cause =
            activity.ready == container.id ? "draining is not due any more" : "running, not seen ready yet"
        return Outcome(lane(.adopt, because: cause, [.probe(container.id)], spec))
    }

    /// Whether requests reach it.
    private func isServing(_ container: ObservedContainer) -> Bool { activity.ready == container.id && gateIsOpen }

    func lane(_ verb: LaneVerb, because cause: String, _ steps: [Step], _ spec: RunnerSpec?) -> Lane {
        Lane(runner: id, verb: verb, cause: cause, steps: steps, generation: runner.generation, spec: spec)
    }
}

extension Resolution {
    /// nil when there is nothing to build.
    var fingerprint: Fingerprint? {
        if case .runnable(let spec) = self { spec.fingerprint } else { nil }
    }

    fileprivate func asks(for fingerprint: Fingerprint?) -> Bool {
        guard case .runnable(let spec) = self, let fingerprint else { return false }
        return spec.fingerprint.matches(fingerprint)
    }
}
