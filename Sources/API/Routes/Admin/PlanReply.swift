import Spec

/// A plan as the admin sees it.
struct PlanReply: Encodable {
    struct LaneReply: Encodable {
        var runner: String
        var user: RunnerOwner
        var backend: String
        var verb: String
        var cause: String
        /// One engine call each, as text.
        var steps: [String]

        init(_ lane: Lane, _ accounts: any AccountKeeping) {
            runner = lane.runner.description
            user = RunnerOwner(lane.runner, accounts)
            backend = lane.runner.backend
            verb = lane.verb.rawValue
            cause = lane.cause
            steps = lane.steps.map(\.description)
        }
    }

    struct HoldReply: Encodable {
        var runner: String
        var user: RunnerOwner
        var backend: String
        /// `SafetyShare`, `Turn`, `Backoff`, `CrashLoop`, `Draining`, `Blocked` or `UserLimit`.
        var reason: String
        var message: String
        /// Seconds since 1970; null when no time ends it.
        var until: Nullable<Int64>

        init(_ hold: Hold, _ accounts: any AccountKeeping) {
            runner = hold.runner.description
            user = RunnerOwner(hold.runner, accounts)
            backend = hold.runner.backend
            reason = hold.reason.word
            message = String(hold.description.dropFirst("hold \(hold.runner): ".count))
            until = Nullable(hold.reason.until?.wholeSeconds)
        }
    }

    /// Lanes at work now.
    var working: [LaneReply]
    /// Lanes that the next pass would begin.
    var lanes: [LaneReply]
    var held: [HoldReply]
    /// Whether `held` goes on with an approval.
    var needsApproval: Bool
    /// When the plan differs although nothing happens.
    var nextDue: Nullable<Int64>
    /// What `operatord plan` prints.
    var text: String

    init(_ preview: PlanPreview, accounts: any AccountKeeping) {
        let plan = preview.plan
        working = preview.working.map { LaneReply($0, accounts) }
        lanes = plan.lanes.map { LaneReply($0, accounts) }
        held = plan.held.map { HoldReply($0, accounts) }
        needsApproval = plan.held.contains { $0.reason.word == "SafetyShare" }
        nextDue = Nullable(plan.nextDue?.wholeSeconds)
        text = plan.listing
    }
}

/// Whose runner it is. `id` and `email` are null for a user who is gone and whose container is about to go.
struct RunnerOwner: Encodable {
    var id: Nullable<UserID>
    var email: Nullable<String>
    var slug: String

    init(_ runner: RunnerID, _ accounts: any AccountKeeping) {
        self.init(slug: runner.user, account: accounts.account(slug: runner.user))
    }

    init(slug: String, account: Account?) {
        id = Nullable(account?.id)
        email = Nullable(account?.email)
        self.slug = slug
    }
}

extension Hold.Reason {
    var word: String {
        switch self {
        case .backoff: "Backoff"
        case .crashLoop: "CrashLoop"
        case .draining: "Draining"
        case .blocked: "Blocked"
        case .turn: "Turn"
        case .safetyShare: "SafetyShare"
        case .userLimit: "UserLimit"
        }
    }

    fileprivate var until: Timestamp? {
        switch self {
        case .backoff(let until, _), .draining(_, let until): until
        case .crashLoop, .blocked, .turn, .safetyShare, .userLimit: nil
        }
    }
}
