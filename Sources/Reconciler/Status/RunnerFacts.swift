import Spec

/// What one pass knows of one runner, from which its status is made.
struct RunnerFacts: Sendable {
    var id: RunnerID
    var desired: DesiredRunner?
    var container: ObservedContainer?
    /// At work now.
    var lane: Lane?
    var hold: Hold.Reason?
    var outdatedImage: OutdatedImage?
    var failure: RunnerFailure?
    var activity: Activity?

    /// nil for a runner that neither exists nor is coming. `previous` keeps the time of what did not change.
    func status(previous: RunnerStatus?, now: Timestamp) -> RunnerStatus? {
        guard let phase else { return nil }
        let generation = desired?.generation ?? container?.generation ?? 0
        var status = RunnerStatus(
            id: id, phase: phase, generation: generation, observedGeneration: lane?.generation ?? generation,
            containerName: container?.name ?? lane?.spec?.containerName, containerID: container?.id,
            startedAt: container?.state == .running ? container?.createdAt : nil,
            lastActive: max(desired?.lastActivity ?? .epoch, activity?.lastActivity ?? .epoch))
        status.idle = desired?.idle
        if phase == .failed || hold != nil { status.failure = failure }
        for (kind, truth, reason, message) in [ready(phase), reconciling, stalled] {
            status.setCondition(kind, truth, reason: reason, message: message, previous: previous, now: now)
        }
        return status
    }

    /// Idle time after which the runner stops; nil = never.
    var idle: Duration? {
        if case .whileActive(let idle) = desired?.want { return idle }
        return nil
    }

    /// Whether somebody wishes for it, idle or not.
    var isWanted: Bool { desired.map { !$0.want.isWithdrawn } ?? false }

    private var phase: RunnerPhase? {
        switch lane?.verb {
        case .create, .start, .adopt: return .starting
        case .recreate, .reap: return .stopping
        case .drain: return .draining
        case nil: break
        }
        switch hold {
        case .draining: return .draining
        case .backoff, .crashLoop: return .failed
        case .blocked where activity?.ready == nil: return .failed
        case .userLimit: return .failed
        case .blocked, .safetyShare, .turn, nil: break
        }
        if let activity, activity.ready != nil { return activity.drainingSince == nil ? .ready : .draining }
        guard let container else { return nil }
        return container.state == .running ? .starting : .stopped
    }

    private typealias Statement = (Condition.Kind, Condition.Truth, String, String)

    private func ready(_ phase: RunnerPhase) -> Statement {
        if phase == .ready { return (.ready, .yes, "Answers", "the ready path answered") }
        let reason = failure.flatMap { phase == .failed ? $0.reason.rawValue : nil } ?? phase.rawValue.asReason
        return (.ready, .no, reason, failure?.message ?? phase.rawValue)
    }

    private var reconciling: Statement {
        if let lane { return (.reconciling, .yes, lane.verb.rawValue.asReason, lane.cause) }
        switch hold {
        case .draining(let leases, let until):
            return (.reconciling, .yes, "Draining", "waits for \(leases) leases until \(until)")
        case .backoff(let until, let failures):
            let count = failures == 1 ? "one failure" : "\(failures) failures in a row"
            return (.reconciling, .yes, "Backoff", "\(count), next attempt at \(until)")
        case .turn(let ahead, let cause):
            return (.reconciling, .yes, "Waiting", "\(cause); \(ahead) runners are recreated before it")
        case .crashLoop, .blocked, .safetyShare, .userLimit, nil:
            guard let outdatedImage else { return (.reconciling, .no, "AsPlanned", "nothing to do") }
            return (.reconciling, .no, "ImageOutdated", "\(outdatedImage.change); a recycle takes it over")
        }
    }

    private var stalled: Statement {
        switch hold {
        case .crashLoop(let failures):
            (.stalled, .yes, "CrashLoop", "\(failures) failures in a row; an edit or a retry goes on")
        case .blocked(let reason): (.stalled, .yes, reason.word, reason.description)
        case .safetyShare(let touched, let allowed, let cause):
            (
                .stalled, .yes, "SafetyShare",
                "\(cause); one change touches \(touched) \(touched == 1 ? "runner" : "runners"), "
                    + "\(allowed) allowed without approval"
            )
        case .userLimit(let limit, let present):
            (.stalled, .yes, "RunnerLimit", GateError.runnerLimit(limit: limit, present: present).description)
        case .backoff, .draining, .turn, nil: (.stalled, .no, "AsPlanned", "nothing is in the way")
        }
    }
}

extension RunnerStatus {
    /// Puts the statement in, keeping `since` of an earlier one with the same truth and reason.
    mutating func setCondition(
        _ kind: Condition.Kind, _ truth: Condition.Truth, reason: String, message: String,
        previous: RunnerStatus?, now: Timestamp
    ) {
        let earlier = previous?.conditions.first { $0.kind == kind }
        let unchanged = earlier.map { $0.truth == truth && $0.reason == reason } ?? false
        conditions.removeAll { $0.kind == kind }
        conditions.append(
            Condition(
                kind: kind, truth: truth, reason: reason, message: message,
                since: unchanged ? earlier?.since ?? now : now,
                observedGeneration: observedGeneration))
    }
}

extension BlockReason {
    fileprivate var word: String {
        switch self {
        case .missingValues: "MissingValues"
        case .backendUnavailable: "BackendUnavailable"
        case .seed: "SeedInvalid"
        }
    }
}

extension String {
    /// With a capital first letter, as reasons are written.
    fileprivate var asReason: String { prefix(1).uppercased() + dropFirst() }
}
