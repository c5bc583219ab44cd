import HTTPTypes
import Hummingbird
import Spec

/// `/auth`: sign-up, sign-in, sign-out, who am I.
struct AuthRoutes: Sendable {
    private let configuration: any ConfigurationReading
    private let accounts: any AccountKeeping
    private let editing: any AccountEditing
    private let clock: any WallClock
    private let authenticator: Authenticator
    private let cookies: SessionCookie
    private let limits: SignInLimits
    private let version: String

    init(_ dependencies: APIDependencies, authenticator: Authenticator, cookies: SessionCookie, limits: SignInLimits) {
        configuration = dependencies.configuration
        accounts = dependencies.accounts
        editing = dependencies.administration
        clock = dependencies.clock
        self.authenticator = authenticator
        self.cookies = cookies
        self.limits = limits
        version = dependencies.version
    }

    func add(to router: Router<APIContext>) {
        let auth = router.group("auth")
        auth.post("signup", use: signUp)
        auth.post("login", use: signIn)
        auth.post("logout", use: signOut)
        auth.post("logout-everywhere", use: signOutEverywhere)
        auth.get("config", use: config)
        auth.get("me", use: me)
    }

    /// What the page has to know before anybody signs in.
    @Sendable private func config(request: Request, context: APIContext) throws -> Response {
        let settings = configuration.current.stack.auth
        return try .json(
            ConfigReply(signup: settings.allowSignup, inviteRequired: settings.requiresInvite, version: version))
    }

    @Sendable private func signUp(request: Request, context: APIContext) async throws -> Response {
        let form: SignUpForm = try await request.json()
        let settings = configuration.current.stack.auth
        let account = try await limits.limiting(
            address: context.clientAddress, email: form.email, perMinute: settings.attemptsPerMinute
        ) {
            guard settings.allowSignup else {
                throw APIFailure(status: 403, code: "signup_disabled", message: "Sign-up is closed here.")
            }
            return try await accounts.createAccount(
                NewAccount(
                    email: form.email.trimmed, password: Secret(form.password), name: form.name?.trimmed ?? "",
                    inviteCode: Self.namedCode(form.inviteCode ?? "", under: settings)))
        }
        guard let account else { throw APIFailure.internalError }
        return try await welcome(account)
    }

    /// The code that has to be one of the admin's; nil when none is needed or it is the configuration's.
    private static func namedCode(_ typed: String, under settings: StackSpec.Auth) -> String? {
        guard settings.requiresInvite else { return nil }
        if let common = settings.inviteCode, !common.isEmpty, common.equals(typed) { return nil }
        return typed
    }

    @Sendable private func signIn(request: Request, context: APIContext) async throws -> Response {
        let form: SignInForm = try await request.json()
        let account = try await limits.limiting(
            address: context.clientAddress, email: form.email,
            perMinute: configuration.current.stack.auth.attemptsPerMinute
        ) {
            try await accounts.authenticate(email: form.email.trimmed, password: form.password)
        }
        guard let account else {
            throw APIFailure(
                status: 401, code: "bad_credentials", message: "The e-mail address or the password is wrong.")
        }
        return try await welcome(account)
    }

    /// Ends every session that the request carries, on the server too. Without one there is nothing to end.
    @Sendable private func signOut(request: Request, context: APIContext) async throws -> Response {
        // Renewals live at most one lifetime from now, so that is how long the id must be remembered.
        let until = clock.now() + cookies.ttl
        let sessions = await authenticator.sessions(
            authorization: request.headers[.authorization], cookie: request.headers[.cookie])
        for session in sessions { try await accounts.revokeSession(session.claims.sessionID, expiresAt: until) }
        return try .json(["ok": true], headers: [.setCookie: cookies.removal])
    }

    /// Ends every session of the account, this one too.
    @Sendable private func signOutEverywhere(request: Request, context: APIContext) async throws -> Response {
        guard let caller = context.caller else { throw APIFailure.signedOut }
        _ = try await editing.endSessions(of: caller.account.id)
        return try .json(["ok": true], headers: [.setCookie: cookies.removal])
    }

    @Sendable private func me(request: Request, context: APIContext) throws -> Response {
        guard let caller = context.caller else { throw APIFailure.signedOut }
        return try .json(UserReply(user: UserReply.User(caller.account)))
    }

    private func welcome(_ account: Account) async throws -> Response {
        let token = try await authenticator.issueToken(for: account, lasting: cookies.ttl)
        return try .json(
            UserReply(user: UserReply.User(account)), headers: [.setCookie: cookies.carrying(token)])
    }
}

private struct ConfigReply: Encodable {
    var signup: Bool
    var inviteRequired: Bool
    var version: String
}

private struct SignUpForm: Decodable {
    var email: String
    var password: String
    var name: String?
    var inviteCode: String?
}

private struct SignInForm: Decodable {
    var email: String
    var password: String
}

/// `{user: {id, email, name, slug, role}}`.
struct UserReply: Encodable {
    var user: User

    struct User: Encodable {
        var id: UserID
        var email: String
        var name: String
        var slug: String
        var role: Role

        init(_ account: Account) {
            id = account.id
            email = account.email
            name = account.name
            slug = account.slug
            role = account.role
        }
    }
}

extension Secret {
    /// Takes the same time wherever the texts differ.
    fileprivate func equals(_ other: String) -> Bool {
        let (mine, theirs) = (Array(reveal().utf8), Array(other.utf8))
        guard mine.count == theirs.count else { return false }
        return zip(mine, theirs).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
