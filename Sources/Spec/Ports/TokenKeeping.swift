/// API tokens: random texts that stand for their owner until they expire or are revoked.
///
/// A token of a disabled or deleted account is void; who uses ``useToken(_:)`` looks the account up.
package protocol TokenKeeping: Sendable {
    func createToken(_ new: NewToken, owner: UserID) async throws(TokenError) -> IssuedToken
    /// Newest first. From memory.
    func tokens(of owner: UserID) -> [APIToken]
    /// From the return on no request is let in with it. False when the owner has no such token.
    func revokeToken(_ id: TokenID, owner: UserID) async throws(TokenError) -> Bool
    /// The token with this text, noting that it is used now; nil when there is none or it has expired. From memory: no
    /// row is read or written. The hot path.
    func useToken(_ text: Substring) -> APIToken?
}

package struct NewToken: Sendable, Hashable {
    package var name: String
    /// nil = all.
    package var backends: [String]?
    /// nil = never.
    package var expiresAt: Timestamp?

    package init(name: String, backends: [String]? = nil, expiresAt: Timestamp? = nil) {
        self.name = name
        self.backends = backends
        self.expiresAt = expiresAt
    }
}

/// A token that was just made, the only time that its text is known.
package struct IssuedToken: Sendable {
    package var token: APIToken
    package var text: Secret

    package init(token: APIToken, text: Secret) {
        self.token = token
        self.text = text
    }
}

package enum TokenError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The owner has as many as one may have.
    case tooMany(limit: Int)
    /// There is no such account any more.
    case ownerGone
    case store(String)

    package var description: String {
        switch self {
        case .tooMany(let limit): "an account has at most \(limit) API tokens; revoke one first"
        case .ownerGone: "the account does not exist"
        case .store(let message): message
        }
    }
}
