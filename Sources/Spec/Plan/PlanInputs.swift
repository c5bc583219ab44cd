/// Failures by runner, kept across restarts. A runner that is not in here has not failed.
package struct FailureHistory: Sendable {
    package var records: [RunnerID: FailureRecord]

    package init(records: [RunnerID: FailureRecord] = [:]) { self.records = records }
}

/// Failures in a row of one runner's generation, made from the same things.
package struct FailureRecord: Sendable, Hashable {
    package var count: Int
    package var generation: Int64
    /// ``Fingerprint/digest`` of what failed; nil when it is not known. Another one starts anew.
    package var fingerprint: String?
    /// No attempt before this time.
    package var retryAt: Timestamp
    package var last: RunnerFailure

    package init(
        count: Int, generation: Int64, fingerprint: String? = nil, retryAt: Timestamp, last: RunnerFailure
    ) {
        self.count = count
        self.generation = generation
        self.fingerprint = fingerprint
        self.retryAt = retryAt
        self.last = last
    }
}

/// What operatord itself is doing and holding at the moment of planning.
package struct InFlight: Sendable {
    /// Runners with a lane at work; the planner gives them none.
    package var lanes: Set<RunnerID>
    /// Of those, the ones with a lane that replaces a container.
    package var recreating: Set<RunnerID>
    /// And those with one that closes a gate.
    package var draining: Set<RunnerID>
    package var activity: [RunnerID: Activity]

    package init(
        lanes: Set<RunnerID> = [], recreating: Set<RunnerID> = [], draining: Set<RunnerID> = [],
        activity: [RunnerID: Activity] = [:]
    ) {
        self.lanes = lanes
        self.recreating = recreating
        self.draining = draining
        self.activity = activity
    }
}

/// What the gate knows of one runner.
package struct Activity: Sendable, Hashable {
    package var leases: Int
    package var lastActivity: Timestamp
    /// When the gate was closed to new leases; nil while it is open.
    package var drainingSince: Timestamp?
    /// The container that was last seen ready by this process; nil before readiness and after a restart.
    package var ready: ContainerID?

    package init(
        leases: Int = 0, lastActivity: Timestamp = .epoch, drainingSince: Timestamp? = nil, ready: ContainerID? = nil
    ) {
        self.leases = leases
        self.lastActivity = lastActivity
        self.drainingSince = drainingSince
        self.ready = ready
    }
}

/// Rules of the planner that an operator may set.
package struct PlanPolicy: Sendable {
    package var drainTimeout: Duration
    package var safetyShare: Double
    package var safetyFloor: Int
    /// The configuration revision whose plan above the safety share was approved.
    package var approvedRevision: Int?
    /// The latest configuration revision whose changes have all been carried out; removals and recreations caused by
    /// a later one are counted against the share.
    package var settledRevision: Int
    /// Running containers that may be replaced at once, and as many that may drain to be.
    package var maxRecreates: Int

    package init(
        drainTimeout: Duration = .seconds(120), safetyShare: Double = 0.5, safetyFloor: Int = 10,
        approvedRevision: Int? = nil, settledRevision: Int = 0, maxRecreates: Int = .max
    ) {
        self.maxRecreates = maxRecreates
        self.drainTimeout = drainTimeout
        self.safetyShare = safetyShare
        self.safetyFloor = safetyFloor
        self.approvedRevision = approvedRevision
        self.settledRevision = settledRevision
    }
}
