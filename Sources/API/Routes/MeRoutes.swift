import Hummingbird
import Spec

/// `/api/me`: people's own name and password.
struct MeRoutes: Sendable {
    private let configuration: any ConfigurationReading
    private let administration: any AccountAdministration
    private let authenticator: Authenticator
    private let cookies: SessionCookie
    private let limits: SignInLimits

    init(_ dependencies: APIDependencies, authenticator: Authenticator, cookies: SessionCookie, limits: SignInLimits) {
        configuration = dependencies.configuration
        administration = dependencies.administration
        self.authenticator = authenticator
        self.cookies = cookies
        self.limits = limits
    }

    func add(to router: Router<APIContext>) {
        let me = router.group("api/me")
        me.patch(use: rename)
        me.put("password", use: changePassword)
    }

    @Sendable private func rename(request: Request, context: APIContext) async throws -> Response {
        guard let caller = context.caller else { throw APIFailure.signedOut }
        let form: NameForm = try await request.json()
        guard let account = try await administration.editAccount(caller.account.id, AccountEdit(name: form.name)) else {
            throw APIFailure.signedOut
        }
        return try .json(UserReply(user: .init(account)))
    }

    /// Ends every session but the one that asks, which gets a new cookie. A wrong present password counts as a failed
    /// sign-in does.
    @Sendable private func changePassword(request: Request, context: APIContext) async throws -> Response {
        guard let caller = context.caller else { throw APIFailure.signedOut }
        let form: PasswordForm = try await request.json()
        let changed = try await limits.limiting(
            address: context.clientAddress, email: caller.account.email,
            perMinute: configuration.current.stack.auth.attemptsPerMinute
        ) {
            try await administration.changePassword(
                of: caller.account.id, from: form.currentPassword, to: Secret(form.newPassword))
        }
        guard let changed else {
            throw APIFailure(
                status: 403, code: "bad_credentials", message: "The present password is wrong.",
                parameter: "current_password")
        }
        let token = try await authenticator.issueToken(for: changed, lasting: cookies.ttl)
        return try .json(UserReply(user: .init(changed)), headers: [.setCookie: cookies.carrying(token)])
    }
}

private struct NameForm: Decodable {
    var name: String?
}

private struct PasswordForm: Decodable {
    var currentPassword: String
    var newPassword: String
}
