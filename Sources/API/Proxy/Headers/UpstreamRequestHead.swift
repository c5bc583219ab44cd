import NIOHTTP1
import Spec

/// The head that a runner gets for a client's request.
enum UpstreamRequestHead {
    /// - Parameters:
    ///   - session: header-safe; goes into the backend's session header where there is one.
    ///   - allowsEncoding: false when the answer must come as it is, because its head was sent already.
    static func make(
        from client: HTTPRequestHead, route: BackendRoute, endpoint: RunnerEndpoint, session: String, requestID: String,
        bodyBytes: Int, allowsEncoding: Bool
    ) -> HTTPRequestHead {
        let options = ConnectionOptions(client.headers)
        var headers = HTTPHeaders()
        headers.reserveCapacity(client.headers.count + 4)
        headers.add(name: "host", value: hostHeader(of: endpoint))
        for (name, value) in client.headers {
            guard !isStripped(name), !HeaderName.equals(name, route.keyHeader),
                !HeaderName.equals(name, endpoint.credential.headerName), !options.names(name)
            else { continue }
            if let sessionHeader = route.sessionHeader, HeaderName.equals(name, sessionHeader) { continue }
            if !allowsEncoding, HeaderName.equals(name, "accept-encoding") { continue }
            headers.add(name: name, value: value)
        }
        headers.add(name: endpoint.credential.headerName, value: endpoint.credential.headerValue.reveal())
        if let sessionHeader = route.sessionHeader { headers.add(name: sessionHeader, value: session) }
        headers.add(name: "x-request-id", value: requestID)
        if bodyBytes > 0 || client.method == .POST { headers.add(name: "content-length", value: String(bodyBytes)) }
        return HTTPRequestHead(version: .http1_1, method: client.method, uri: client.uri, headers: headers)
    }

    /// What is the client's and operatord's own business, or is set anew.
    private static func isStripped(_ name: String) -> Bool {
        if HeaderName.hasPrefix(name, "sec-") || HeaderName.isHopByHop(name) { return true }
        return switch name.utf8.count {
        case 4: HeaderName.equals(name, "host")
        case 6:
            HeaderName.equals(name, "cookie") || HeaderName.equals(name, "origin") || HeaderName.equals(name, "expect")
        case 7: HeaderName.equals(name, "referer")
        case 12: HeaderName.equals(name, "x-request-id")
        case 13: HeaderName.equals(name, "authorization")
        case 14: HeaderName.equals(name, "content-length")
        default: false
        }
    }

    private static func hostHeader(of endpoint: RunnerEndpoint) -> String {
        endpoint.host.utf8.contains(UInt8(ascii: ":"))
            ? "[\(endpoint.host)]:\(endpoint.port)" : "\(endpoint.host):\(endpoint.port)"
    }
}
