import Spec

/// What this process knows of its managed bridges: which exist, how full they are, and whether they are routed here.
actor ManagedNetworks {
    private var shards: BridgeShards
    private var existing: Set<String> = []
    private var making: [String: Task<Result<Void, EngineError>, Never>] = [:]
    private(set) var decidedReach: DockerEngine.Reach?

    init(prefix: String) { shards = BridgeShards(prefix: prefix) }

    func observe(_ containers: [Set<String>]) { shards.observe(containers) }

    func take() -> String { shards.take() }

    var first: String { shards.name(0) }

    func missingBridge(in message: String) -> String? { shards.missingBridge(in: message) }

    func forget(_ name: String) { existing.remove(name) }

    func decide(_ reach: DockerEngine.Reach) { decidedReach = reach }

    /// Runs `make` unless the bridge is known to exist. One at a time per name: two creations at once can leave two
    /// networks of one name, which no container can join. A caller that is cancelled does not cancel the others'.
    func ensure(_ name: String, make: @escaping Making) async throws(EngineError) {
        if existing.contains(name) { return }
        let task = making[name] ?? Task { await Self.result(of: make) }
        making[name] = task
        let result = await task.value
        if making[name] == task { making[name] = nil }
        try result.get()
        existing.insert(name)
    }

    typealias Making = @Sendable () async throws(EngineError) -> Void

    private static func result(of make: Making) async -> Result<Void, EngineError> {
        do throws(EngineError) { return .success(try await make()) } catch { return .failure(error) }
    }
}
