import Hummingbird
import Spec

/// Says in whose name a request changes things, for the audit log.
struct RequestActor: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let actor = Actor(
            kind: context.caller.map { .account($0.account.id, email: $0.account.email) } ?? .anonymous,
            requestID: context.requestID, address: context.clientAddress?.description)
        return try await Actor.$current.withValue(actor) { try await next(request, context) }
    }
}
