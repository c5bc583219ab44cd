import Spec

/// Whether the sender of a request that is answered for a long time would still be let in. All from memory.
struct CallerStanding: Sendable {
    private let accounts: any AccountKeeping
    private let tokens: any TokenKeeping
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        accounts = dependencies.accounts
        tokens = dependencies.tokens
        clock = dependencies.clock
    }

    /// False once the account is disabled or gone, or the session or API token is void.
    func holds(_ caller: Caller) -> Bool {
        guard let account = accounts.account(caller.account.id), !account.disabled else { return false }
        switch caller.proof {
        case .session(let claims, _):
            return account.sessionEpoch == claims.epoch && !accounts.isSessionRevoked(claims.sessionID)
        case .apiToken(let token):
            let isExpired = token.expiresAt.map { $0 <= clock.now() } ?? false
            return !isExpired && tokens.tokens(of: account.id).contains { $0.id == token.id }
        }
    }
}
