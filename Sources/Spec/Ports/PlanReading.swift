/// What the next pass would read and decide, without doing any of it.
package protocol PlanReading: Sendable {
    /// Reads the rows and lists the containers now. Throws ``NoPlan`` when either cannot be read.
    func preview() async throws(NoPlan) -> PlanPreview
    /// A memory access.
    var figures: RunnerFigures { get }
}

/// A plan and what it was made from.
package struct PlanPreview: Sendable {
    package var plan: Plan
    package var desired: DesiredState
    package var observed: ObservedState
    /// Lanes at work, sorted by runner; the plan has none for their runners.
    package var working: [Lane]

    package init(plan: Plan, desired: DesiredState, observed: ObservedState, working: [Lane] = []) {
        self.plan = plan
        self.desired = desired
        self.observed = observed
        self.working = working
    }
}

/// Why the world could not be looked at: then there is no plan.
package struct NoPlan: Error, CustomStringConvertible {
    /// One sentence for people.
    package var description: String
    /// What was read before the engine could not be asked.
    package var desired: DesiredState?

    package init(_ description: String, desired: DesiredState? = nil) {
        self.description = description
        self.desired = desired
    }
}

/// What this process measured of runners since it started.
package struct RunnerFigures: Sendable, Hashable {
    package var since: Timestamp
    /// Containers that were made or started and became ready.
    package var coldStarts: Int
    /// Of the latest cold starts, from a lane's begin to the ready answer; nil before the first.
    package var coldStartP50: Duration?
    package var coldStartP95: Duration?
    /// Failed starts and crashes.
    package var failures: [RunnerFailure.Reason: Int]

    package init(
        since: Timestamp, coldStarts: Int = 0, coldStartP50: Duration? = nil, coldStartP95: Duration? = nil,
        failures: [RunnerFailure.Reason: Int] = [:]
    ) {
        self.since = since
        self.coldStarts = coldStarts
        self.coldStartP50 = coldStartP50
        self.coldStartP95 = coldStartP95
        self.failures = failures
    }
}
