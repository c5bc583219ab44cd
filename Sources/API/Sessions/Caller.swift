package import Spec

/// Who sent a request, and what proved it.
package struct Caller: Sendable, Hashable {
    enum Proof: Sendable, Hashable {
        case session(SessionClaims, token: String)
        case apiToken(APIToken)
    }

    package let account: Account
    let proof: Proof

    /// nil when a session proved it.
    package var apiToken: APIToken? {
        if case .apiToken(let token) = proof { token } else { nil }
    }

    /// nil when an API token proved it.
    var session: Session? {
        guard case .session(let claims, let token) = proof else { return nil }
        return Session(account: account, claims: claims, token: token)
    }

    /// False for a backend that is not one of the API token's: to such a caller it does not exist.
    package func mayUse(backend: String) -> Bool { apiToken?.allows(backend: backend) ?? true }
}
