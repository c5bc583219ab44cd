/// Where the reconciler gets the desired state from.
package protocol DesiredStateReading: Sendable {
    /// One consistent reading. Throws when rows or files cannot be read; never an empty value instead.
    func desiredState() async throws -> DesiredState
}

/// What the reconciler writes down so that a restart goes on where this process ended.
package protocol ReconcileJournal: Sendable {
    func failureHistory() async throws -> FailureHistory
    /// nil forgets.
    func setFailure(_ record: FailureRecord?, for id: RunnerID) async throws
    /// Latest activity by runner; called in batches, off the hot path. Never moves a stored time back.
    func recordActivity(_ activity: [RunnerID: Timestamp]) async throws
    func record(_ event: RunnerEvent) async throws
    /// Makes a wish so that the runner is wanted from now on. Idempotent: an existing wish only gets its activity moved.
    /// `retry` bumps the generation, which forgets earlier failures.
    func wish(_ id: RunnerID, at now: Timestamp, retry: Bool) async throws
}

/// One line of a runner's history.
package struct RunnerEvent: Sendable, Hashable {
    package var runner: RunnerID
    package var at: Timestamp
    /// CamelCase word for programs: `Created`, `Recreated`, `Reaped`, `Failed`, `Adopted`, `Ready`, `Exited`.
    package var reason: String
    package var message: String
    /// At most 50 lines, of a container that failed or died.
    package var logTail: [String]

    package init(runner: RunnerID, at: Timestamp, reason: String, message: String, logTail: [String] = []) {
        self.runner = runner
        self.at = at
        self.reason = reason
        self.message = message
        self.logTail = logTail
    }
}

/// Makes a runner's home what its spec says, on the file system.
package protocol HomePreparing: Sendable {
    /// Creates the directory, copies the seed's files that are missing, renders the templated ones, sets owners.
    /// Never follows a symbolic link out of the home. Idempotent. Throws a ``HomeError`` that names the path.
    func prepare(_ home: HomeSpec) async throws(HomeError)
}

package struct HomeError: Error, Sendable, Hashable, CustomStringConvertible {
    package var path: String
    package var message: String

    package init(path: String, message: String) {
        self.path = path
        self.message = message
    }

    package var description: String { "\(path): \(message)" }
}

/// Asks a container's HTTP endpoint whether it is ready.
package protocol ReadinessProbing: Sendable {
    /// One GET. The status code, or nil when there was no HTTP answer (refused, reset, timed out after `timeout`).
    func status(host: String, port: Int, path: String, credential: RunnerCredential?, timeout: Duration) async -> Int?
}
