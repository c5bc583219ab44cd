import Spec

/// What is decided about one runner.
struct Decision {
    var id: RunnerID
    var outcome: Outcome
    /// Set when a change of the configuration takes a running container away.
    var change: Change?
    /// Set when a running container is to be replaced by another: many are replaced one wave after another.
    var turn: Turn?

    struct Change {
        /// What it is that changed.
        var cause: String
        /// What happens instead while the change is above the safety share and not approved.
        var instead: Outcome
    }

    init(_ id: RunnerID, _ outcome: Outcome, change: Change? = nil, turn: Turn? = nil) {
        self.id = id
        self.outcome = outcome
        self.change = change
        self.turn = turn
    }

    /// The same change on both sides of the safety share.
    mutating func edit(_ change: (inout Outcome) -> Void) {
        change(&outcome)
        if var instead = self.change?.instead {
            change(&instead)
            self.change?.instead = instead
        }
        if var instead = turn?.instead {
            change(&instead)
            turn?.instead = instead
        }
    }
}

/// What a plan gets from one runner.
struct Outcome {
    /// At most one. An array, because a lane is large and nearly all runners have none.
    private(set) var lanes: [Lane] = []
    var holds: [Hold] = []
    /// When this outcome stops being right although nothing happens.
    var due: Timestamp?

    static let nothing = Outcome()

    init(_ lane: Lane? = nil, holds: [Hold] = [], due: Timestamp? = nil) {
        if let lane { lanes = [lane] }
        self.holds = holds
        self.due = due
    }

    /// Steps before those of its lane; a lane of their own, with this verb and cause, when it has none.
    mutating func doFirst(_ steps: [Step], orElse lane: @autoclosure () -> Lane) {
        if lanes.isEmpty { lanes = [lane()] } else { lanes[0].steps.insert(contentsOf: steps, at: 0) }
    }

    mutating func mention(due time: Timestamp) { due = min(due ?? time, time) }
}
