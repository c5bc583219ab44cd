import DockerEngine
import Spec
import Store

/// Ways to be rid of a user's containers, for ``AccountDeletion``.
enum RunnerClearing {
    private static let reason = "the account is being deleted"

    /// Through the reconciler, whose lanes may be at work on them.
    static func through(
        _ starting: any RunnerStarting, _ status: any StatusReading, store: Store, clock: any WallClock
    ) -> @Sendable (String) async throws -> Int {
        { slug in
            // Before the first pass it is not known what exists.
            while status.lastPass == nil {
                if let problem = status.engineProblem { throw GateError.engineUnavailable(problem) }
                try await clock.sleep(for: .milliseconds(50))
            }
            let known = status.statuses(ofUser: slug)
            let wished = try await store.wishedBackends(ofUser: slug).map { RunnerID(user: slug, backend: $0) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in Set(known.map(\.id)).union(wished) {
                    group.addTask { _ = try await starting.stop(id, because: reason) }
                }
                try await group.waitForAll()
            }
            return known.count { $0.phase != .stopped }
        }
    }

    /// At the engine itself, when no operator runs.
    static func at(_ engine: any ContainerEngine) -> @Sendable (String) async throws -> Int {
        { slug in
            let containers = try await engine.listContainers().filter { $0.runner?.user == slug }
            for container in containers { try await engine.removeContainer(container.id) }
            return containers.count
        }
    }
}
