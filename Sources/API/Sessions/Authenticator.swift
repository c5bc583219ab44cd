package import Spec

/// Tells whose request it is, from its `Authorization` and `Cookie` headers.
///
/// A valid session token in the `Authorization` header is used, else one in a cookie, else there is none: the OpenAI
/// SDKs always send an `Authorization`, also from a page that is signed in by cookie.
package final class Authenticator: Sendable {
    private let accounts: any AccountKeeping
    private let clock: any WallClock
    private let signer: SessionSigner
    private let cache: SessionCache

    /// `cacheCapacity` counts tokens.
    package init(
        secret: Secret, accounts: any AccountKeeping, clock: any WallClock, cacheCapacity: Int = 16_384
    ) async {
        self.accounts = accounts
        self.clock = clock
        signer = await SessionSigner(secret: secret)
        cache = SessionCache(capacity: cacheCapacity)
    }

    /// The answer when it is known without verifying a signature: no suspension, no row read. The hot path.
    ///
    /// Disabling, sign-out and password change hold at once: they are looked up each time.
    package func cachedAccount(authorization: String?, cookie: String?) -> AuthOutcome {
        for token in SessionTokens(authorization: authorization, cookie: cookie) {
            guard let claims = cache[token] else { return .undecided }
            if let session = session(from: claims, token: token) { return .account(session.account) }
        }
        return .nobody
    }

    /// The account, verifying the token when it is new; nil when the request has no valid session.
    package func account(authorization: String?, cookie: String?) async -> Account? {
        await session(authorization: authorization, cookie: cookie)?.account
    }

    /// The session behind ``account(authorization:cookie:)``.
    func session(authorization: String?, cookie: String?) async -> Session? {
        for token in SessionTokens(authorization: authorization, cookie: cookie) {
            if let session = await session(of: token) { return session }
        }
        return nil
    }

    /// Every valid session that a request carries.
    func sessions(authorization: String?, cookie: String?) async -> [Session] {
        var sessions: [Session] = []
        for token in SessionTokens(authorization: authorization, cookie: cookie) {
            if let session = await session(of: token) { sessions.append(session) }
        }
        return sessions
    }

    /// Signs a new token. `continuing` keeps the sign-in's id, so that signing out ends this token too.
    func issueToken(for account: Account, lasting ttl: Duration, continuing sessionID: String? = nil) async throws
        -> String
    {
        let now = clock.now()
        let claims = SessionClaims(
            user: account.id, epoch: account.sessionEpoch, sessionID: sessionID ?? RandomID.make(bytes: 16),
            issuedAt: now, expiresAt: now + ttl)
        return try await signer.sign(claims)
    }

    private func session(of token: String) async -> Session? {
        if let known = cache[token] { return session(from: known, token: token) }
        guard let claims = await signer.verify(token) else { return nil }
        cache.insert(claims, for: token)
        return session(from: claims, token: token)
    }

    private func session(from claims: SessionClaims, token: String) -> Session? {
        guard claims.expiresAt > clock.now(), !accounts.isSessionRevoked(claims.sessionID),
            let account = accounts.account(claims.user), !account.disabled, account.sessionEpoch == claims.epoch
        else { return nil }
        return Session(account: account, claims: claims, token: token)
    }
}

/// What is known about a request's session without verifying a signature.
package enum AuthOutcome: Sendable, Hashable {
    case account(Account)
    /// There is a token that was not seen before: ask ``Authenticator/account(authorization:cookie:)``.
    case undecided
    /// No valid session: 401.
    case nobody
}

/// A valid session of an account.
struct Session: Sendable {
    var account: Account
    var claims: SessionClaims
    var token: String
}
