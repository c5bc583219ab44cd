/// A code that lets people sign up, under a name that says whom it was made for.
package struct Invite: Sendable, Hashable {
    package let id: Int64
    package var name: String
    /// What people type; case and hyphens do not matter.
    package var code: Secret
    /// nil = unlimited.
    package var usesLeft: Int?
    package var used: Int
    package var createdAt: Timestamp
    /// Worth nothing from then on; nil = never.
    package var expiresAt: Timestamp?

    package init(
        id: Int64, name: String, code: Secret, usesLeft: Int?, used: Int = 0, createdAt: Timestamp,
        expiresAt: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.code = code
        self.usesLeft = usesLeft
        self.used = used
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
