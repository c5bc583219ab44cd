/// What should exist, from the configuration and the rows of one consistent reading.
///
/// A reading that fails throws instead of giving an empty value, so an empty value means that nothing is wanted.
package struct DesiredState: Sendable {
    /// Every runner with a wish, wanted or withdrawn. A container of ours whose runner is not here is an orphan.
    package var runners: [RunnerID: DesiredRunner]
    /// Counts changes of the configuration files (not of rows); the safety share is per revision.
    package var configRevision: Int

    package init(runners: [RunnerID: DesiredRunner] = [:], configRevision: Int = 0) {
        self.runners = runners
        self.configRevision = configRevision
    }
}

/// One runner's desired state.
package struct DesiredRunner: Sendable {
    package var id: RunnerID
    /// Bumped by each edit of the wish or of the user's values and by Retry; forgets failures of earlier ones.
    package var generation: Int64
    package var want: Want
    /// Last activity as stored; the gate may know a later one.
    package var lastActivity: Timestamp
    package var resolution: Resolution
    /// Runners that its user may have at a time; nil = no limit, as for a pinned one.
    package var maxRunners: Int?
    /// nil while the backend is not available.
    package var idle: IdleTime?

    package init(
        id: RunnerID, generation: Int64, want: Want, lastActivity: Timestamp, resolution: Resolution,
        maxRunners: Int? = nil, idle: IdleTime? = nil
    ) {
        self.id = id
        self.generation = generation
        self.want = want
        self.lastActivity = lastActivity
        self.resolution = resolution
        self.maxRunners = maxRunners
        self.idle = idle
    }
}

/// Whether and for how long a runner should exist.
package enum Want: Sendable, Hashable {
    /// Pinned, or an idle time of 0.
    case always
    /// Until this long after the last activity, and as long as a lease is held.
    case whileActive(idle: Duration)
    /// Not any more. `drain` tells whether leases are waited for: a person's own stop ends them, a changed file waits.
    case no(reason: String, drain: Bool)
}

/// The resolved spec, or why there is none.
package enum Resolution: Sendable {
    ///
    /// Behind a reference, because a desired state is copied and walked far more often than its specs are read.
    indirect case runnable(RunnerSpec)
    /// The runner cannot be built as desired, for example `missing LLM_API_KEY`; a running one drains and goes away.
    case blocked(BlockReason)
}

/// Why a desired runner has no spec.
package enum BlockReason: Sendable, Hashable, CustomStringConvertible {
    /// Upstream variables that no tier sets, sorted.
    case missingValues([String])
    /// The backend is no longer in `backends.json`, or is disabled there.
    case backendUnavailable(String)
    /// A templated file names an unknown variable, or its seed cannot be read.
    case seed(String)

    package var description: String {
        switch self {
        case .missingValues(let names): "missing \(names.joined(separator: ", "))"
        case .backendUnavailable(let name): "backend \(name) is not available"
        case .seed(let message): message
        }
    }
}
