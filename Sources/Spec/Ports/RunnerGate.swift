/// The way to a runner's endpoint. The only thing that the `/v1` path needs of the reconciler.
package protocol RunnerGate: Sendable {
    /// A lease when the runner is ready right now, else nil. No daemon call, no row read, no suspension: the warm path.
    func leaseIfReady(_ id: RunnerID) -> (any RunnerLease)?

    /// A lease as soon as the runner is ready: writes the wish, nudges the loop and waits. Many may wait for one start;
    /// a waiter that is cancelled leaves alone. Throws ``GateError``.
    func lease(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> any RunnerLease
}

/// Why there is no lease.
package enum GateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Upstream variables that no tier sets.
    case missingValues([String])
    case backendUnavailable(String)
    /// The start failed, or an earlier one did and its backoff is not over.
    case failed(RunnerFailure, retryAfterSeconds: Int?)
    /// The user has as many runners as they may: these backends'.
    case runnerLimit(limit: Int, present: [String])
    /// As many wait already as may.
    case queueFull(retryAfterSeconds: Int)
    /// The limit passed; the start goes on.
    case stillStarting(StartProgress?)
    /// The user stopped the runner while this waited.
    case withdrawn(String)
    case engineUnavailable(String)
    case shuttingDown
    case cancelled

    package var description: String {
        switch self {
        case .missingValues(let names):
            "\(names.joined(separator: ", ")) not set; set it under Settings → Backend API keys"
        case .backendUnavailable(let name): "backend \(name) is not available"
        case .failed(let failure, _): failure.message
        case .runnerLimit(let limit, let present):
            "you may have \(limit) \(limit == 1 ? "runner" : "runners") at a time and have "
                + "\(present.joined(separator: ", ")); stop one first, or wait until one is stopped for idleness"
        case .queueFull: "too many requests wait for this runner to start"
        case .stillStarting(let progress): "the runner is still starting\(progress.map { ": \($0.message)" } ?? "")"
        case .withdrawn(let reason): reason
        case .engineUnavailable(let message): message
        case .shuttingDown: "the operator is shutting down"
        case .cancelled: "cancelled"
        }
    }
}

/// A hold on a ready runner. While one exists the runner is neither stopped for idleness nor recreated before the
/// drain deadline. Released at the latest when the object goes away.
package protocol RunnerLease: AnyObject, Sendable {
    var endpoint: RunnerEndpoint { get }
    /// Notes activity now. Lock-free; called for every chunk.
    func touch()
    /// Ends the lease and notes activity. Further calls do nothing.
    func release()
}

/// Where a ready runner listens. One object per container, so that identity tells a new container from an old.
package final class RunnerEndpoint: Sendable {
    package let runner: RunnerID
    package let container: ContainerID
    /// IP address.
    package let host: String
    package let port: Int
    package let credential: RunnerCredential
    /// The container's environment that `/v1` needs: the effective value of the backend's `forward_model_env`.
    package let forwardModel: String?

    package init(
        runner: RunnerID, container: ContainerID, host: String, port: Int, credential: RunnerCredential,
        forwardModel: String?
    ) {
        self.runner = runner
        self.container = container
        self.host = host
        self.port = port
        self.credential = credential
        self.forwardModel = forwardModel
    }
}
