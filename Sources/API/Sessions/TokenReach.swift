import HTTPTypes
import Hummingbird
import Spec

/// What an API token is not good for, in one place: it stands for its owner's use of the agents, not for its owner.
///
/// Everything that keeps, or could widen, the owner's own power needs a session: administration, the account and its
/// password, the tokens themselves. A token that is limited to some backends reaches their runners and nothing that
/// spans all backends, so that a new route is closed to it until it is listed here.
struct TokenReach: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        if let token = context.caller?.apiToken {
            try Self.check(token, request.method, path: request.uri.path.split(separator: "/").map(String.init))
        }
        return try await next(request, context)
    }

    static func check(_ token: APIToken, _ method: HTTPRequest.Method, path: [String]) throws(APIFailure) {
        let reads = method == .get || method == .head
        switch (path.first, path.dropFirst().first) {
        case ("auth", "logout-everywhere"): throw .tokenNotAllowed
        case ("api", "admin"): throw .tokenNotAllowed
        case ("api", "me"):
            let keeps = path.count == 2 || path[2] == "password" || path[2] == "tokens"
            if keeps && !reads || token.backends != nil && path.count > 2 { throw .tokenNotAllowed }
        case ("api", "runners"):
            guard path.count > 2 else { return }
            if !token.allows(backend: path[2]) { throw .unknownBackend(path[2]) }
        case ("api", "backends"): break
        case ("api", _): if token.backends != nil { throw .tokenNotAllowed }
        default: break
        }
    }
}

extension APIFailure {
    static let tokenNotAllowed = APIFailure(
        status: 403, code: "token_not_allowed",
        message: "An API token does not reach this; sign in, or use a token for all backends where it is about one.")
}
