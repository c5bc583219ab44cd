/// Row id of an API token. Never reused.
package typealias TokenID = Int64

/// An API token as everybody but its holder sees it: without its text, which is shown once, when it is made.
package struct APIToken: Sendable, Hashable {
    package let id: TokenID
    package let owner: UserID
    package var name: String
    /// The text's first characters, by which its holder knows it again: `ags_3kTz9Q`.
    package var prefix: String
    /// Names of the backends that it may be used for; nil = all.
    package var backends: [String]?
    package var createdAt: Timestamp
    /// nil = never.
    package var lastUsedAt: Timestamp?
    /// nil = until it is revoked.
    package var expiresAt: Timestamp?

    package init(
        id: TokenID, owner: UserID, name: String, prefix: String, backends: [String]? = nil, createdAt: Timestamp,
        lastUsedAt: Timestamp? = nil, expiresAt: Timestamp? = nil
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.prefix = prefix
        self.backends = backends
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
    }

    /// Whether it may be used for this backend.
    package func allows(backend: String) -> Bool { backends?.contains(backend) ?? true }
}
