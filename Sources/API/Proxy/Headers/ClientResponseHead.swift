import HTTPTypes
import NIOHTTP1

/// Heads of what the client gets.
struct ClientResponseHead {
    /// ``SecurityHeaders``, which hold for a runner's answers too.
    private static let security = SecurityHeaders.fields.map { (name: $0.name.rawName, value: $0.value) }

    /// The client's HTTP version decides whether chunked framing may be used.
    private let version: HTTPVersion
    private let requestID: String
    /// Whether the connection may serve another request after this one, as far as the client is concerned.
    private let clientKeepsAlive: Bool
    /// Whose page may read the answer; nil when it may not, or no page asks.
    private let allowedOrigin: String?

    init(for request: HTTPRequestHead, requestID: String, corsOrigins: [String] = []) {
        version = request.version.major == 1 && request.version.minor == 0 ? .http1_0 : .http1_1
        clientKeepsAlive = request.isKeepAlive
        self.requestID = requestID
        allowedOrigin =
            corsOrigins.isEmpty
            ? nil
            : CrossOrigin.allowedOrigin(
                request.headers.first(name: "origin"), authorization: request.headers.first(name: "authorization"),
                among: corsOrigins)
    }

    /// A runner's head without what is not the client's business.
    func relaying(_ upstream: HTTPResponseHead, closing: Bool) -> Framed {
        let options = ConnectionOptions(upstream.headers)
        var headers = HTTPHeaders()
        headers.reserveCapacity(upstream.headers.count + Self.security.count + 3)
        var hasLength = false
        var hasCacheControl = false
        for (name, value) in upstream.headers {
            guard !isStripped(name), !options.names(name) else { continue }
            if HeaderName.equals(name, "content-length") { hasLength = true }
            if HeaderName.equals(name, "cache-control") { hasCacheControl = true }
            headers.add(name: name, value: value)
        }
        if !hasCacheControl { headers.add(name: "cache-control", value: "no-store") }
        let hasEnd = hasLength || !upstream.status.mayHaveResponseBody
        return framed(status: upstream.status, headers: headers, hasEnd: hasEnd, closing: closing)
    }

    /// An error of ours with `bodyBytes` of JSON.
    func failing(_ failure: APIFailure, bodyBytes: Int, closing: Bool) -> Framed {
        var headers: HTTPHeaders = [
            "content-type": "application/json", "content-length": String(bodyBytes), "cache-control": "no-store",
        ]
        if let seconds = failure.retryAfterSeconds { headers.add(name: "retry-after", value: String(seconds)) }
        if failure.status == 401 { headers.add(name: "www-authenticate", value: "Bearer") }
        return framed(
            status: HTTPResponseStatus(statusCode: failure.status), headers: headers, hasEnd: true, closing: closing)
    }

    /// An event stream that begins before its runner is ready.
    func openingStream(closing: Bool) -> Framed {
        let headers: HTTPHeaders = [
            "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache", "x-accel-buffering": "no",
        ]
        return framed(status: .ok, headers: headers, hasEnd: false, closing: closing)
    }

    /// A head, and whether the connection ends with its response.
    struct Framed {
        var head: HTTPResponseHead
        var closes: Bool
    }

    private func framed(status: HTTPResponseStatus, headers: HTTPHeaders, hasEnd: Bool, closing: Bool) -> Framed {
        var headers = headers
        for (name, value) in Self.security { headers.add(name: name, value: value) }
        headers.add(name: "x-request-id", value: requestID)
        if let allowedOrigin {
            for (name, value) in CrossOrigin.answerHeaders(allowedOrigin) { headers.add(name: name, value: value) }
        }
        // Without a length an HTTP/1.0 client sees the end only when the connection ends.
        let closes = closing || !clientKeepsAlive || (version == .http1_0 && !hasEnd)
        if closes {
            headers.add(name: "connection", value: "close")
        } else if version == .http1_0 {
            headers.add(name: "connection", value: "keep-alive")
        }
        return Framed(head: HTTPResponseHead(version: version, status: status, headers: headers), closes: closes)
    }

    private func isStripped(_ name: String) -> Bool {
        // Who may read an answer is not the runner's to say.
        if HeaderName.isHopByHop(name) || HeaderName.hasPrefix(name, "access-control-") { return true }
        return switch name.utf8.count {
        case 10: HeaderName.equals(name, "set-cookie")
        case 11: HeaderName.equals(name, "set-cookie2")
        case 12: HeaderName.equals(name, "x-request-id")
        default: Self.security.contains { HeaderName.equals(name, $0.name) }
        }
    }
}
