import HTTPTypes
import Hummingbird

/// Refuses requests that change something when another site's page made the user's browser send them.
///
/// Without a cookie such a page has nothing to gain, except by signing the user in as somebody else.
struct SameOrigin: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let mayChange = ![.get, .head, .options].contains(request.method)
        let matters = request.headers[.cookie] != nil || request.uri.path.hasPrefix("/auth/")
        if mayChange, matters,
            OriginPolicy.isForeign(
                origin: request.headers[.origin], secFetchSite: request.headers[.secFetchSite],
                host: request.head.authority)
        {
            throw APIFailure.foreignOrigin
        }
        return try await next(request, context)
    }
}
