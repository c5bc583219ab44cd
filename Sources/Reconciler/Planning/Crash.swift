import Spec

/// Failures in a row after which only an edit or Retry goes on.
let crashLoopFailures = 5

/// Why nothing is tried now.
struct WaitAfterFailure {
    var hold: Hold
    var due: Timestamp?

    func apply(to outcome: inout Outcome) {
        outcome.holds.append(hold)
        if let due { outcome.mention(due: due) }
    }
}

extension RunnerCase {
    /// nil when a container may be created or started now. Failures before an edit are forgotten.
    var waitAfterFailure: WaitAfterFailure? {
        guard let failure,
            failure.isAbout(generation: runner.generation, fingerprint: runner.resolution.fingerprint?.digest)
        else { return nil }
        if failure.count >= crashLoopFailures {
            return WaitAfterFailure(hold: Hold(runner: id, reason: .crashLoop(failures: failure.count)))
        }
        // No backoff is longer; such a time was written before the clock was set back.
        guard now < failure.retryAt, failure.retryAt <= now + FailureRecord.longestWait else { return nil }
        let reason = Hold.Reason.backoff(until: failure.retryAt, failures: failure.count)
        return WaitAfterFailure(hold: Hold(runner: id, reason: reason), due: failure.retryAt)
    }

    /// Tries to get a container running where none runs. While a backoff forbids it, what is left of the last attempt
    /// is removed: a failed start leaves no container.
    func attempt(_ verb: LaneVerb, _ spec: RunnerSpec, because cause: String) -> Outcome {
        let removal = found.kept?.removalSteps(graceSeconds: graceSeconds) ?? []
        if let wait = waitAfterFailure {
            var outcome = removal.isEmpty ? .nothing : Outcome(lane(.reap, because: cause, removal, nil))
            wait.apply(to: &outcome)
            return outcome
        }
        // A name is free only after its removal is over; the event of that, or the next tick, plans again.
        if found.isBeingRemoved { return .nothing }
        let steps: [Step] =
            if verb == .start {
                [.start(found.kept?.id), .probe(found.kept?.id)]
            } else {
                [.ensureImage(spec.container.image)] + removal + creation(of: spec)
            }
        return Outcome(lane(verb, because: cause, steps, spec))
    }
}
