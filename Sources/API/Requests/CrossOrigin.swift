import HTTPTypes
import Hummingbird
import Spec

/// Lets pages of the origins in `auth.corsOrigins` call `/v1` and `/api` with an API token (CORS).
///
/// Never with a cookie: no answer allows credentials, so a browser shows such a page nothing that a cookie gave access to.
struct CrossOrigin: RouterMiddleware {
    let configuration: any ConfigurationReading

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let origins = configuration.current.stack.auth.corsOrigins
        guard !origins.isEmpty, Self.isOpen(request.uri.path) else { return try await next(request, context) }
        let origin = request.headers[.origin]
        if request.method == .options, let method = request.headers[.accessControlRequestMethod], let origin,
            origins.contains(origin)
        {
            return Self.preflight(origin, method: method, headers: request.headers[.accessControlRequestHeaders])
        }
        var response = try await next(request, context)
        if let origin = Self.allowedOrigin(origin, authorization: request.headers[.authorization], among: origins) {
            for (name, value) in Self.answerHeaders(origin) {
                if let name = HTTPField.Name(name) { response.headers[name] = value }
            }
        }
        return response
    }

    /// The origin, when it is one of `origins` and the request carries an API token, valid or not: a page may read why
    /// its token is refused.
    static func allowedOrigin(_ origin: String?, authorization: String?, among origins: [String]) -> String? {
        guard let origin, origins.contains(origin), authorization.flatMap(BearerToken.apiToken(in:)) != nil else {
            return nil
        }
        return origin
    }

    /// What says that a page of this origin may read the answer.
    static func answerHeaders(_ origin: String) -> [(String, String)] {
        [
            ("access-control-allow-origin", origin), ("access-control-expose-headers", "retry-after, x-request-id"),
            ("vary", "Origin"),
        ]
    }

    private static func isOpen(_ path: String) -> Bool { path.hasPrefix("/v1/") || path.hasPrefix("/api/") }

    /// The browser asks without credentials, so there is nobody to check.
    private static func preflight(_ origin: String, method: String, headers: String?) -> Response {
        var fields: HTTPFields = [
            .accessControlAllowOrigin: origin, .accessControlAllowMethods: method, .accessControlMaxAge: "600",
            .vary: "Origin, Access-Control-Request-Headers",
        ]
        if let headers { fields[.accessControlAllowHeaders] = headers }
        return Response(status: .noContent, headers: fields)
    }
}
