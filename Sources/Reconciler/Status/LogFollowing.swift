import Spec

/// A runner's log across its containers.
struct LogFollowing: Sendable {
    /// Of a later container, from its beginning.
    private static let mostLines = 2000

    let engine: any ContainerEngine
    let board: StatusBoard
    let runner: RunnerID

    func pieces(lines: Int) -> AsyncThrowingStream<FollowedLog, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingNewest(Self.mostLines)) { continuation in
            let task = Task {
                do {
                    try await follow(lines: lines) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Returns when the task is cancelled.
    private func follow(lines: Int, _ yield: (FollowedLog) -> Void) async throws {
        // Subscribed before the first look, so that no container comes in between.
        var changes = board.changes.watch().makeAsyncIterator()
        var (followed, tail): (ContainerID?, Int) = (nil, lines)
        repeat {
            guard let container = board.status(of: runner)?.containerID, container != followed else { continue }
            guard let detail = try await engine.inspectContainer(container) else { continue }
            followed = container
            yield(.container(detail.container.name))
            let redactor = Redactor(detail.secrets)
            for try await line in engine.followLogs(of: container, tail: tail) { yield(.line(redactor.redact(line))) }
            tail = Self.mostLines
        } while await changes.next() != nil
    }
}
