import Spec

/// What is decided about one runner.
struct Decision {
    var id: RunnerID
    var outcome: Outcome
    /// Set when a change of the configuration takes a running container away: what happens instead while the change
    /// is above the safety share and not approved.
    var ifNotApproved: Outcome?

    init(_ id: RunnerID, _ outcome: Outcome, ifNotApproved: Outcome? = nil) {
        self.id = id
        self.outcome = outcome
        self.ifNotApproved = ifNotApproved
    }

    /// The same change on both sides of the safety share.
    mutating func edit(_ change: (inout Outcome) -> Void) {
        change(&outcome)
        if var instead = ifNotApproved {
            change(&instead)
            ifNotApproved = instead
        }
    }
}

/// What a plan gets from one runner.
struct Outcome {
    var lane: Lane?
    var holds: [Hold] = []
    /// When this outcome stops being right although nothing happens.
    var due: Timestamp?

    static let nothing = Outcome()

    mutating func mention(due time: Timestamp) { due = min(due ?? time, time) }
}
