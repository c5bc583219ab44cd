/// How the API edits what should exist. Each call is one transaction and nudges the reconciler when it changed a thing.
package protocol DesiredStateEditing: Sendable {
    /// Wants the runner from now on; `retry` forgets earlier failures.
    func wish(_ id: RunnerID, retry: Bool) async throws
    /// Wants it no more, leases or not. False when there was no wish.
    func withdraw(_ id: RunnerID, reason: String) async throws -> Bool
    /// Asks for a new container in place of the present one, after draining; forgets earlier failures. False when the
    /// runner is not wanted.
    func recycle(_ id: RunnerID) async throws -> Bool
    /// Stores a user's idle seconds for a backend, 0 = never. Holds for the running runner too.
    func setIdleSeconds(_ seconds: Int, for id: RunnerID) async throws
    /// Stored idle seconds of one user by backend; backends without one are absent.
    func idleSeconds(ofUser slug: String) async throws -> [String: Int]
}

/// The configuration in force. Reading it is a memory access.
package protocol ConfigurationReading: Sendable {
    var current: Configuration { get }
    /// Problems of a newer edit that is not in force because of them; nil when the files are what is in force.
    var rejected: ConfigInvalid? { get }
    /// Keys of `stack.yaml` whose edit holds only after a restart; everything else of it is in force.
    var restartRequired: [String] { get }
    /// nil when the configuration does not come from a repository.
    var source: SourceStatus? { get }
}

extension ConfigurationReading {
    package var restartRequired: [String] { [] }
    package var source: SourceStatus? { nil }
}

/// What the reconciler knows, for the API and the command line. Reading it is a memory access.
package protocol StatusReading: Sendable {
    /// nil for a runner that neither exists nor is coming.
    func status(of id: RunnerID) -> RunnerStatus?
    /// Sorted by runner.
    func statuses(ofUser slug: String?) -> [RunnerStatus]
    /// The present progress at once, then each change, ending after `ready` or `error`. Buffers the newest 16.
    func progress(of id: RunnerID) -> AsyncStream<StartProgress>
    /// The runners whose phase, conditions, failure or progress changed, from now on, until the task that reads them is
    /// cancelled. What is not read yet is one set.
    func changes() -> AsyncStream<Set<RunnerID>>
    /// Whether the daemon answered the last time it was asked; the message when not.
    var engineProblem: String? { get }
    /// When the last pass ended; nil before the first.
    var lastPass: Timestamp? { get }
    /// nil while no running container is being replaced by another.
    var wave: WaveProgress? { get }
    /// The configuration revision whose change above the safety share was approved last.
    var approvedRevision: Int? { get }
}

extension StatusReading {
    package var wave: WaveProgress? { nil }
    package var approvedRevision: Int? { nil }
}

/// Waits until a runner started by a person is usable or has failed.
package protocol RunnerStarting: Sendable {
    /// Wishes with `retry`, then waits as ``RunnerGate/lease(_:waitingAtMost:)`` does, without holding it afterwards.
    func start(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> RunnerStatus
    /// Withdraws the wish and waits until no container is left. False when there was neither.
    ///
    /// `reason` is what those who wait for the runner are told, `stopped by its user`.
    func stop(_ id: RunnerID, because reason: String) async throws -> Bool
    /// Lets requests for these runners wait until a pass has looked at them again, so that an edit made just before
    /// holds for the very next request. A runner that needs no change then goes on as it was; those that need one are
    /// changed at once, however many they are: a closed one takes no turn.
    func closeUntilNextPass(_ runners: Set<RunnerID>)
}

extension RunnerStarting {
    package func stop(_ id: RunnerID) async throws -> Bool { try await stop(id, because: "stopped by its user") }
}
