import HTTPTypes
import Hummingbird
import Spec

/// Finds out who sends a request, and renews a cookie that is past half its life so that people who come back stay signed in.
struct SessionMiddleware: RouterMiddleware {
    let authenticator: Authenticator
    let cookies: SessionCookie
    let accounts: any AccountEditing
    let clock: any WallClock

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let cookie = request.headers[.cookie]
        var context = context
        context.caller = await authenticator.caller(authorization: request.headers[.authorization], cookie: cookie)
        if let caller = context.caller { await accounts.noteSeen(caller.account.id) }
        guard let session = context.session else { return try await next(request, context) }
        var response = try await next(request, context)
        if isDue(session), SessionTokens(cookie: cookie).contains(session.token),
            response.headers[.setCookie] == nil,
            let token = try? await authenticator.issueToken(
                for: session.account, lasting: cookies.ttl, continuing: session.claims.sessionID)
        {
            response.headers[.setCookie] = cookies.carrying(token)
        }
        return response
    }

    private func isDue(_ session: Session) -> Bool {
        session.claims.expiresAt - clock.now() < cookies.ttl / 2
    }
}
