import Spec
import Store

/// Desired state from the configuration in force and one reading of the rows.
///
/// An actor because resolving keeps a memo: an unchanged wish costs a look-up, not a render and a digest.
actor DesiredStateSource: DesiredStateReading {
    private let store: Store
    private let inForce: ConfigurationInForce
    private let clock: any WallClock
    private let processEnvironment: [String: String]
    private let fingerprintKey: Secret
    /// Whether pinned runners get the row that they need; otherwise nothing is written.
    private let makesWishes: Bool
    private var resolver: DesiredStateResolver
    private var revision: Int

    init(
        store: Store, configuration: ConfigurationInForce, clock: any WallClock, processEnvironment: [String: String],
        fingerprintKey: Secret, makesWishes: Bool = true
    ) {
        let (current, revision) = configuration.revised
        self.store = store
        self.inForce = configuration
        self.clock = clock
        self.processEnvironment = processEnvironment
        self.fingerprintKey = fingerprintKey
        self.makesWishes = makesWishes
        self.revision = revision
        resolver = DesiredStateResolver(
            configuration: current, revision: revision, processEnvironment: processEnvironment,
            fingerprintKey: fingerprintKey
        )
    }

    /// Throws when rows cannot be read; never gives an empty state instead.
    func desiredState() async throws -> DesiredState {
        let (current, revision) = inForce.revised
        if revision != self.revision {
            self.revision = revision
            resolver = DesiredStateResolver(
                configuration: current, revision: revision, processEnvironment: processEnvironment,
                fingerprintKey: fingerprintKey
            )
        }
        var stored = try await store.storedState()
        guard makesWishes else { return resolver.resolve(resolver.withMissingPinned(stored, at: clock.now())) }
        let pinned = resolver.missingPinned(in: stored)
        if !pinned.isEmpty {
            for id in pinned { try await store.wish(id, at: clock.now(), retry: false) }
            stored = try await store.storedState()
        }
        return resolver.resolve(stored)
    }
}
