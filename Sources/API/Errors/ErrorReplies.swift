import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import Spec

/// The one place where errors become answers, in the shape of the part of the API they belong to.
struct ErrorReplies: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // The connection itself is broken; the server answers and closes it.
            throw error
        } catch {
            let failure = Self.failure(error, path: request.uri.path)
            if failure.status == 500 { context.logger.error("request failed", metadata: ["error": "\(error)"]) }
            return try Self.reply(failure, path: request.uri.path, requestID: context.requestID)
        }
    }

    private static func failure(_ error: any Error, path: String) -> APIFailure {
        switch error {
        case let failure as APIFailure: failure
        case let error as GateError: APIFailure(error)
        case let error as AccountError: APIFailure(error)
        case let error as ChatError: APIFailure(error)
        case let error as TokenError: APIFailure(error)
        case is CancellationError: APIFailure(GateError.cancelled)
        case let error as any HTTPResponseError where error.status == .notFound: .notFound(path)
        case let error as any HTTPResponseError where error.status.code < 500:
            APIFailure(status: error.status.code, code: "invalid_request", message: "\(error.status.reasonPhrase).")
        default: .internalError
        }
    }

    private static func reply(_ failure: APIFailure, path: String, requestID: String) throws -> Response {
        var headers: HTTPFields = [:]
        if let seconds = failure.retryAfterSeconds { headers[.retryAfter] = String(max(1, seconds)) }
        if !failure.allow.isEmpty { headers[.allow] = failure.allow.joined(separator: ", ") }
        let status = HTTPResponse.Status(code: failure.status)
        if path == "/v1" || path.hasPrefix("/v1/") {
            return try .json(OpenAIErrorBody(failure), status: status, headers: headers)
        }
        let body = ErrorBody(detail: failure.message, code: failure.code, requestId: requestID)
        return try .json(body, status: status, headers: headers)
    }
}

/// The error object of everything but `/v1`: `{detail, code, request_id}`.
private struct ErrorBody: Encodable {
    var detail: String
    var code: String
    var requestId: String
}
