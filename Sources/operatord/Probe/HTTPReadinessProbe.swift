import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Spec

/// Asks a runner's HTTP endpoint once, on a connection of its own. End with ``shutdown()``.
struct HTTPReadinessProbe: ReadinessProbing {
    private let client: HTTPClient

    init() {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.httpVersion = .http1Only
        // An agent that does not listen yet is told at once, so that the next probe comes at its own pace.
        settings.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// The body is dropped unread, which closes the connection: a slow or endless one costs nothing.
    func status(
        host: String, port: Int, path: String, credential: RunnerCredential?, timeout: Duration
    ) async -> Int? {
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        var request = HTTPClientRequest(url: "http://\(authority)\(path.hasPrefix("/") ? path : "/" + path)")
        request.headers.add(name: "Connection", value: "close")
        if let credential {
            request.headers.add(name: credential.headerName, value: credential.headerValue.reveal())
        }
        let response = try? await client.execute(request, timeout: .milliseconds(timeout.wholeMilliseconds))
        return response.map { Int($0.status.code) }
    }

    func shutdown() async { try? await client.shutdown() }
}
