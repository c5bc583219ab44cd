package import HTTPTypes
import Hummingbird

/// Headers of every answer, errors included.
package enum SecurityHeaders {
    /// The page needs nothing from elsewhere, and nobody may frame it.
    package static let contentSecurityPolicy =
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

    package static let fields: HTTPFields = [
        .xContentTypeOptions: "nosniff",
        .referrerPolicy: "same-origin",
        .frameOptions: "DENY",
        .resourcePolicy: "same-origin",
        .contentSecurityPolicy: contentSecurityPolicy,
    ]
}

/// Adds ``SecurityHeaders``, and keeps answers out of caches unless their route says otherwise. A content security policy
/// of the route's own holds besides.
struct CommonHeaders: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let own = response.headers[.contentSecurityPolicy]
        for field in SecurityHeaders.fields { response.headers[field.name] = field.value }
        if let own { response.headers.append(HTTPField(name: .contentSecurityPolicy, value: own)) }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }
}
