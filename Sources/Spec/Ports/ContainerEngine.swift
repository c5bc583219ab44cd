/// The container daemon, as the reconciler needs it: one method per daemon call, each with its own deadline.
///
/// Implementations are idempotent where the daemon is: stopping a stopped container and removing an absent one
/// succeed. "It is not there" and "could not look" are different answers: nil or success against a thrown
/// ``EngineError/unreachable(_:)`` or ``EngineError/timedOut(call:after:)``.
package protocol ContainerEngine: Sendable {
    /// All containers of this installation in any state, strays left out.
    func listContainers() async throws(EngineError) -> [ObservedContainer]

    /// nil when there is no such container.
    func inspectContainer(_ id: ContainerID) async throws(EngineError) -> ContainerDetail?

    /// Creates without starting. Throws `.notFound` when the image is missing, `.conflict` when the name is taken.
    func createContainer(_ request: ContainerRequest) async throws(EngineError) -> ContainerID

    /// Starting a running container succeeds.
    func startContainer(_ id: ContainerID) async throws(EngineError)

    /// Returns when it no longer runs. An absent or stopped one succeeds.
    func stopContainer(_ id: ContainerID, graceSeconds: Int) async throws(EngineError)

    /// Kills and removes with its anonymous volumes. An absent one, or one whose removal is under way, succeeds.
    func removeContainer(_ id: ContainerID) async throws(EngineError)

    /// The last `tail` lines of both streams, oldest first, without the daemon's framing. Empty when there is none.
    func logs(of id: ContainerID, tail: Int) async throws(EngineError) -> [String]

    /// Calls `take` with each of the last `tail` lines and then with each that comes, and returns when the container
    /// ends; at once when there is none. Throws when the daemon goes away or the task is cancelled.
    func followLogs(of id: ContainerID, tail: Int, _ take: @Sendable (String) -> Void) async throws(EngineError)

    /// The image's id (`sha256:…`), nil when it is not present locally.
    func imageID(of reference: String) async throws(EngineError) -> String?

    /// Pulls; `progress` is called at most every 100 ms and once at the end. Its deadline is between two reports.
    func pullImage(_ reference: String, progress: @escaping @Sendable (PullProgress) -> Void) async throws(EngineError)

    /// Creates a managed bridge when it is missing (inter-container traffic off); an existing one succeeds.
    func ensureNetwork(named name: String) async throws(EngineError)

    /// Something of ours changed. Ends by throwing when the daemon goes away; the caller subscribes again and lists.
    /// Elements are hints: they may be late, doubled or missing.
    func events() -> AsyncThrowingStream<EngineEvent, any Error>

    func info() async throws(EngineError) -> EngineInfo
}

/// Why a call to the daemon failed, with its own words kept.
package enum EngineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No connection; nothing is known about the world, and the call may or may not have been carried out.
    case unreachable(String)
    /// No answer in time; the call may or may not have been carried out.
    case timedOut(call: String, after: Duration)
    /// 404: what the call names (or the image it needs) is not there.
    case notFound(String)
    /// 409: the name is taken, or the state does not allow it.
    case conflict(String)
    /// Any other refusal.
    case refused(status: Int, message: String)
    /// Something on this side that the call needs, such as a file, cannot be used; the text says which and why.
    case misconfigured(String)
    /// An answer that is not what the API promises.
    case malformed(String)
    case cancelled

    package var description: String {
        switch self {
        case .unreachable(let message): "the container engine cannot be reached: \(message)"
        case .timedOut(let call, let after): "the container engine did not answer \(call) within \(after)"
        case .notFound(let message), .conflict(let message), .misconfigured(let message): message
        case .refused(let status, let message): "\(message) (engine status \(status))"
        case .malformed(let message): "unexpected answer of the container engine: \(message)"
        case .cancelled: "cancelled"
        }
    }

    /// Whether it says nothing about the world, so that nothing may be concluded from it.
    package var isInconclusive: Bool {
        switch self {
        case .unreachable, .timedOut, .malformed, .cancelled: true
        case .notFound, .conflict, .refused, .misconfigured: false
        }
    }
}

/// What a create call asks for.
package struct ContainerRequest: Sendable {
    package var name: String
    package var runner: RunnerID
    package var generation: Int64
    package var fingerprint: Fingerprint
    package var spec: ContainerSpec

    package init(name: String, runner: RunnerID, generation: Int64, fingerprint: Fingerprint, spec: ContainerSpec) {
        self.name = name
        self.runner = runner
        self.generation = generation
        self.fingerprint = fingerprint
        self.spec = spec
    }
}

/// One container, asked for by id.
package struct ContainerDetail: Sendable, Hashable {
    package var container: ObservedContainer
    package var startedAt: Timestamp?
    package var exitCode: Int?
    package var outOfMemory: Bool
    /// The secret values in its environment, which must not be told from its log.
    package var secrets: [Secret]

    package init(
        container: ObservedContainer, startedAt: Timestamp? = nil, exitCode: Int? = nil, outOfMemory: Bool = false,
        secrets: [Secret] = []
    ) {
        self.container = container
        self.startedAt = startedAt
        self.exitCode = exitCode
        self.outOfMemory = outOfMemory
        self.secrets = secrets
    }
}

/// Where a pull is, summed over its layers.
package struct PullProgress: Sendable, Hashable {
    package var image: String
    package var layers: Int
    package var layersDone: Int
    /// Bytes fetched of the layers whose size is known.
    package var bytes: Int64
    /// 0 while no size is known.
    package var totalBytes: Int64
    /// The daemon's last status line, `Downloading`.
    package var status: String

    package init(
        image: String, layers: Int = 0, layersDone: Int = 0, bytes: Int64 = 0, totalBytes: Int64 = 0,
        status: String = ""
    ) {
        self.image = image
        self.layers = layers
        self.layersDone = layersDone
        self.bytes = bytes
        self.totalBytes = totalBytes
        self.status = status
    }
}

/// A hint that the world changed.
package struct EngineEvent: Sendable, Hashable {
    /// `create`, `start`, `die`, `destroy`, `oom`, `health_status`, … or `subscribed`, sent once when the daemon
    /// accepted the subscription.
    package var action: String
    /// nil for `subscribed`.
    package var container: ContainerID?
    package var runner: RunnerID?
    /// Of a `die`.
    package var exitCode: Int?

    package init(action: String, container: ContainerID? = nil, runner: RunnerID? = nil, exitCode: Int? = nil) {
        self.action = action
        self.container = container
        self.runner = runner
        self.exitCode = exitCode
    }
}

package struct EngineInfo: Sendable, Hashable {
    /// `20.10.24`.
    package var version: String
    /// Negotiated, `1.41`.
    package var apiVersion: String
    package var cpus: Int
    package var memoryBytes: Int64

    package init(version: String, apiVersion: String, cpus: Int, memoryBytes: Int64) {
        self.version = version
        self.apiVersion = apiVersion
        self.cpus = cpus
        self.memoryBytes = memoryBytes
    }
}
