import HTTPTypes
import Hummingbird
import Logging
import Metrics

/// Gives a request its id, and leaves one log line and the metrics of it.
struct RequestRecord: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = RequestID.accepting(request.headers[.requestID])
        context.logger = logger
        context.logger[metadataKey: "request_id"] = "\(context.requestID)"
        let start = ContinuousClock.now
        var response = try await next(request, context)
        let elapsed = ContinuousClock.now - start
        response.headers[.requestID] = context.requestID
        record(request, response, route: context.endpointPath ?? "", elapsed: elapsed, logger: context.logger)
        return response
    }

    private func record(_ request: Request, _ response: Response, route: String, elapsed: Duration, logger: Logger) {
        let nanoseconds = elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000
        let status = response.status.code
        logger.log(
            level: Self.isQuiet(route) && status < 500 ? .debug : .info, "request",
            metadata: [
                "method": "\(request.method.rawValue)", "route": "\(route)", "status": "\(status)",
                "ms": "\(Double(nanoseconds / 1000) / 1000)",
            ])
        let dimensions = [
            ("method", Self.methodLabel(request.method)), ("route", route), ("status", "\(status)"),
        ]
        Counter(label: "operatord_http_requests_total", dimensions: dimensions).increment()
        Timer(label: "operatord_http_request_duration_seconds", dimensions: Array(dimensions.prefix(2)))
            .recordNanoseconds(nanoseconds)
    }

    /// Probes and the page's files are asked for too often to be worth a line each.
    private static func isQuiet(_ route: String) -> Bool {
        !["/api", "/auth", "/v1"].contains { route.hasPrefix($0) }
    }

    /// A client may send any word as method; the number of label values stays bounded.
    private static func methodLabel(_ method: HTTPRequest.Method) -> String {
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        return known.contains(method) ? method.rawValue : "OTHER"
    }
}
