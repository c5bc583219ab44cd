package import Spec

/// Tells whose request it is, from its `Authorization` and `Cookie` headers.
///
/// A valid API token or session token in the `Authorization` header is used, else a session token in a cookie, else there
/// is none: the OpenAI SDKs always send an `Authorization`, also from a page that is signed in by cookie.
package final class Authenticator: Sendable {
    private let accounts: any AccountKeeping
    private let tokens: any TokenKeeping
    private let clock: any WallClock
    private let signer: SessionSigner
    private let cache: SessionCache

    /// `cacheCapacity` counts session tokens.
    package init(
        secret: Secret, accounts: any AccountKeeping, tokens: any TokenKeeping, clock: any WallClock,
        cacheCapacity: Int = 16_384
    ) async {
        self.accounts = accounts
        self.tokens = tokens
        self.clock = clock
        signer = await SessionSigner(secret: secret)
        cache = SessionCache(capacity: cacheCapacity)
    }

    /// The answer when it is known without verifying a signature: no suspension, no row read. The hot path.
    ///
    /// Disabling, sign-out, password change and the revocation of an API token hold at once: they are looked up each time.
    package func cachedCaller(authorization: String?, cookie: String?) -> AuthOutcome {
        if let caller = tokenHolder(authorization) { return .caller(caller) }
        for token in SessionTokens(authorization: authorization, cookie: cookie) {
            guard let claims = cache[token] else { return .undecided }
            if let session = session(from: claims, token: token) { return .caller(session.caller) }
        }
        return .nobody
    }

    /// Whose session it still is; nil when it ended. As cheap as ``cachedCaller(authorization:cookie:)``, without its search.
    func caller(still session: Session) -> Caller? {
        self.session(from: session.claims, token: session.token)?.caller
    }

    /// Who it is, verifying a session's token when it is new; nil when the request proves nothing.
    package func caller(authorization: String?, cookie: String?) async -> Caller? {
        if let caller = tokenHolder(authorization) { return caller }
        for token in SessionTokens(authorization: authorization, cookie: cookie) {
            if let session = await session(of: token) { return session.caller }
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

    private func tokenHolder(_ authorization: String?) -> Caller? {
        guard let text = authorization.flatMap(BearerToken.apiToken(in:)), let token = tokens.useToken(text),
            let account = accounts.account(token.owner), !account.disabled
        else { return nil }
        return Caller(account: account, proof: .apiToken(token))
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

/// What is known about a request's sender without verifying a signature.
package enum AuthOutcome: Sendable, Hashable {
    case caller(Caller)
    /// There is a token that was not seen before: ask ``Authenticator/caller(authorization:cookie:)``.
    case undecided
    /// Neither a valid session nor a valid API token: 401.
    case nobody
}

/// A valid session of an account.
struct Session: Sendable {
    var account: Account
    var claims: SessionClaims
    var token: String

    var caller: Caller { Caller(account: account, proof: .session(claims, token: token)) }
}
