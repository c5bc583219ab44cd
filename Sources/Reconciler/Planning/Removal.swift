import Spec

extension ObservedContainer {
    /// Calls that make it go away; none when the daemon is removing it already.
    func removalSteps(graceSeconds: Int) -> [Step] {
        switch state {
        case .removing: []
        case .running, .paused, .restarting:
            [.stop(id, name: name, graceSeconds: graceSeconds), .remove(id, name: name)]
        case .created, .exited, .dead: [.remove(id, name: name)]
        }
    }

    /// Grace of a container whose spec is not known any more.
    static let graceSecondsWithoutSpec = 5
}

extension RunnerCase {
    var graceSeconds: Int {
        if case .runnable(let spec) = runner.resolution { return spec.container.stopGraceSeconds }
        return ObservedContainer.graceSecondsWithoutSpec
    }

    /// A runner that should not exist (any more, or for now).
    func remove(because cause: String, drain: Bool, fromConfiguration: Bool) -> Decision {
        guard let container = found.kept else { return Decision(id, .nothing) }
        let steps = container.removalSteps(graceSeconds: graceSeconds)
        guard drain, container.state.mayHaveProcess else {
            return Decision(id, Outcome(lane(.reap, because: cause, steps, nil)))
        }
        let outcome = afterDrain(lane(.reap, because: cause, closingGate + steps, nil))
        guard fromConfiguration, !rules.configurationIsSettled else { return Decision(id, outcome) }
        guard case .runnable(let spec) = runner.resolution else {
            return Decision(id, outcome, change: Decision.Change(cause: cause, instead: .nothing))
        }
        return Decision(id, outcome, change: Decision.Change(cause: cause, instead: serve(container, spec)))
    }

    /// Puts the removal of all containers but the kept one before whatever else is to be done.
    func reapOthers(_ outcome: inout Outcome) {
        guard let kept = found.kept else { return }
        let closing = found.others.contains { $0.id == activity.ready && $0.state.mayHaveProcess } ? closingGate : []
        let steps = closing + found.others.flatMap { $0.removalSteps(graceSeconds: graceSeconds) }
        outcome.doFirst(
            steps, orElse: lane(.reap, because: "duplicate of \(kept.name) (\(kept.id))", steps, nil))
    }
}

extension Planner {
    /// Containers of ours that nobody wished for: their user was deleted, or their labels cannot be read.
    static func orphans(
        in containers: [ObservedContainer], desired: DesiredState, inFlight: Set<RunnerID>
    ) -> [Lane] {
        var byRunner: [RunnerID: [ObservedContainer]] = [:]
        for place in containers.indices {
            let runner = containers[place].runner
            if let runner, desired.runners.index(forKey: runner) != nil { continue }
            byRunner[runner ?? Lane.unknownRunner, default: []].append(containers[place])
        }
        return byRunner.compactMap { id, containers -> Lane? in
            let steps = containers.sorted(by: FoundContainers.isOlder)
                .flatMap { $0.removalSteps(graceSeconds: ObservedContainer.graceSecondsWithoutSpec) }
            if steps.isEmpty || inFlight.contains(id) { return nil }
            let cause = id == Lane.unknownRunner ? "labels cannot be read" : "no wish"
            return Lane(runner: id, verb: .reap, cause: cause, steps: steps)
        }
    }
}
