/// Everything the desired state needs from the store, from one read transaction.
package struct StoredState: Sendable {
    package var accounts: [Account]
    package var wishes: [StoredWish]
    package var values: StoredValues

    package init(accounts: [Account] = [], wishes: [StoredWish] = [], values: StoredValues = StoredValues()) {
        self.accounts = accounts
        self.wishes = wishes
        self.values = values
    }
}

/// One row per runner that was ever wished for and not deleted with its user.
package struct StoredWish: Sendable, Hashable {
    package var id: RunnerID
    package var generation: Int64
    package var lastActivity: Timestamp
    /// The user's own idle seconds for this backend, 0 = never; nil = the backend's or the stack's default.
    package var idleSeconds: Int?
    /// Why it is no longer wanted; nil while it is.
    package var withdrawn: String?
    /// Why an operator keeps it stopped; nil when none does.
    package var suspended: String?
    /// The runner's own API key, made with the wish and kept across recreations.
    package var apiKey: Secret
    /// How often a person asked for a new container.
    package var recycles: Int64

    package init(
        id: RunnerID, generation: Int64, lastActivity: Timestamp, idleSeconds: Int? = nil, withdrawn: String? = nil,
        suspended: String? = nil, apiKey: Secret, recycles: Int64 = 0
    ) {
        self.id = id
        self.generation = generation
        self.lastActivity = lastActivity
        self.idleSeconds = idleSeconds
        self.withdrawn = withdrawn
        self.suspended = suspended
        self.apiKey = apiKey
        self.recycles = recycles
    }
}

/// Upstream values as rows hold them, by tier.
package struct StoredValues: Sendable, Hashable {
    /// Slug, then backend name (`""` = all backends), then variable.
    package var overrides: [String: [String: [String: Secret]]]
    /// Variables whose value in the admin's own `""` row is shared.
    package var shared: Set<String>
    package var adminSlug: String?

    package init(
        overrides: [String: [String: [String: Secret]]] = [:], shared: Set<String> = [], adminSlug: String? = nil
    ) {
        self.overrides = overrides
        self.shared = shared
        self.adminSlug = adminSlug
    }
}
