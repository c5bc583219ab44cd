import Spec

/// How many running runners one change of the configuration may take away unasked.
struct SafetyShare {
    private let allowed: Int
    private let isApproved: Bool

    init(policy: PlanPolicy, revision: Int, running: Int) {
        let share = min(max(policy.safetyShare, 0), 1)
        allowed = max(policy.safetyFloor, Int((share * Double(running)).rounded(.down)))
        isApproved = policy.approvedRevision == revision
    }

    /// All or nothing: a change that touches too many touches none.
    func permits(_ touched: Int) -> Bool { isApproved || touched <= allowed }

    func hold(_ id: RunnerID, touched: Int, cause: String) -> Hold {
        Hold(runner: id, reason: .safetyShare(touched: touched, allowed: allowed, cause: cause))
    }
}

extension RunnerCase {
    /// Whether a file's change made this drift. A person's edit of upstream values bumps the generation, changes the
    /// overrides (and what is rendered from them) and leaves the spec part alone; everything else comes from a file.
    func isFromConfiguration(_ container: ObservedContainer, _ spec: RunnerSpec) -> Bool {
        guard let has = container.fingerprint, let generation = container.generation else { return true }
        let wants = spec.fingerprint
        if wants.matches(has) { return false }
        return has.version != wants.version || has.spec != wants.spec || has.overrides == wants.overrides
            || generation == runner.generation
    }

    /// Missing values are a person's act when the person's generation moved.
    func isFromConfiguration(_ reason: BlockReason) -> Bool {
        switch reason {
        case .backendUnavailable, .seed: true
        case .missingValues: found.kept?.generation == runner.generation
        }
    }
}
