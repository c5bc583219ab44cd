/// What a runner says, from the engine.
package protocol RunnerLogReading: Sendable {
    /// The last `lines` lines of the runner's container, secrets blotted out; nil when there is no container. Throws an
    /// ``EngineError`` when the engine cannot be asked.
    func log(of id: RunnerID, lines: Int) async throws(EngineError) -> RunnerLog?

    /// Calls `take` with the last `lines` lines of the runner's container and then with each that comes, secrets blotted
    /// out, and on with the containers that come after it, until the task is cancelled. Throws when the engine goes away.
    func followLog(of id: RunnerID, lines: Int, _ take: @Sendable (FollowedLog) -> Void) async throws(EngineError)
}

/// A piece of a log that is followed.
package enum FollowedLog: Sendable, Hashable {
    /// The lines from here on are of the container with this name.
    case container(String)
    case line(String)
}

package struct RunnerLog: Sendable, Hashable {
    package var containerName: String
    /// Oldest first, both streams.
    package var lines: [String]

    package init(containerName: String, lines: [String]) {
        self.containerName = containerName
        self.lines = lines
    }
}

/// What happened to runners, from the rows.
package protocol RunnerHistoryReading: Sendable {
    /// Newest first.
    func events(of id: RunnerID, limit: Int) async throws -> [RunnerEvent]
}
