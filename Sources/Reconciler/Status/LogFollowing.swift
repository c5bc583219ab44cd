import Spec

/// A runner's log across its containers.
struct LogFollowing: Sendable {
    /// Of a later container, from its beginning.
    private static let mostLines = 2000

    let engine: any ContainerEngine
    let board: StatusBoard
    let runner: RunnerID

    /// Returns, or throws, when the task is cancelled.
    func follow(lines: Int, _ take: @Sendable (FollowedLog) -> Void) async throws(EngineError) {
        // Subscribed before the first look, so that no container comes in between.
        var changes = board.changes.watch().makeAsyncIterator()
        var (followed, tail): (ContainerID?, Int) = (nil, lines)
        repeat {
            guard let container = board.status(of: runner)?.containerID, container != followed else { continue }
            guard let detail = try await engine.inspectContainer(container) else { continue }
            followed = container
            take(.container(detail.container.name))
            let redactor = Redactor(detail.secrets)
            try await engine.followLogs(of: container, tail: tail) { take(.line(redactor.redact($0))) }
            tail = Self.mostLines
        } while await changes.next() != nil
    }
}
