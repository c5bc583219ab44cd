/// Row id of a user. Never reused.
package typealias UserID = Int64

/// The two roles there are. Exactly one account is `admin`; the schema holds that.
package enum Role: String, Sendable, Codable {
    case admin, user
}

/// A user as the rooms outside the store see one. Carries no password.
package struct Account: Sendable, Hashable {
    package let id: UserID
    package var email: String
    package var name: String
    /// Unique, never reused, at most 40 characters of `a-z 0-9 -`.
    package let slug: String
    package var role: Role
    package var disabled: Bool
    /// Sessions issued under an earlier epoch are void. Bumped by a password change, disabling, "sign out everywhere".
    package var sessionEpoch: Int64
    package var createdAt: Timestamp

    package init(
        id: UserID, email: String, name: String, slug: String, role: Role = .user, disabled: Bool = false,
        sessionEpoch: Int64 = 0, createdAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.name = name
        self.slug = slug
        self.role = role
        self.disabled = disabled
        self.sessionEpoch = sessionEpoch
        self.createdAt = createdAt
    }
}
