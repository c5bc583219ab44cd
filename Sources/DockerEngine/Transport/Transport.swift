import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import Spec
import Synchronization

/// Sends calls over the daemon's socket under a deadline. Every failure leaves here as an ``EngineError``.
final class Transport: Sendable {
    /// Beyond this an answer is refused as malformed; a list of a thousand containers has about 3 MB.
    static let maxAnswerBytes = 64 << 20
    /// Connections at once: lanes in slow stops and pulls, the event stream, and room for quick questions.
    private static let maxConnections = 32

    private let client: HTTPClient
    private let socketPath: String
    private let versionDeadline: Duration
    private let logger: Logger
    private let version = Mutex<APIVersion?>(nil)

    init(socketPath: String, versionDeadline: Duration, logger: Logger) {
        self.socketPath = socketPath
        self.versionDeadline = versionDeadline
        self.logger = logger
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.httpVersion = .http1Only
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.maxConnections
        // A daemon that is away is said to be away at once instead of after the connect timeout.
        settings.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    func shutdown() async {
        do {
            try await client.shutdown()
        } catch {
            logger.debug("closing the engine's connections failed", metadata: ["error": "\(error)"])
        }
    }

    /// The whole answer, of any status.
    func send(_ call: Call, within limit: Duration) async throws(EngineError) -> Reply {
        let version = try await negotiatedVersion()
        return try await exchange(call, prefix: "/v\(version)", within: limit)
    }

    /// The answer's body, to be read as it comes, once a 2xx head arrived. The caller brings the deadline.
    func open(_ call: Call) async throws(EngineError) -> ByteStream {
        let version = try await negotiatedVersion()
        let response = try await head(of: call, prefix: "/v\(version)")
        let stream = ByteStream(body: response.body, socketPath: socketPath)
        guard 200..<300 ~= response.status.code else {
            let reply = Reply(status: Int(response.status.code), body: try await stream.collect(call: call))
            throw reply.refusal ?? .malformed("\(call.name): status \(response.status.code)")
        }
        return stream
    }

    /// Agreed with the daemon at the first call, and again after it was away: another one may come back.
    func negotiatedVersion() async throws(EngineError) -> APIVersion {
        if let known = version.withLock({ $0 }) { return known }
        let agreed = try APIVersion.negotiated(with: try await daemonVersion())
        version.withLock { $0 = agreed }
        return agreed
    }

    func daemonVersion() async throws(EngineError) -> VersionBody {
        let call = Call(.get, "/version")
        let reply = try await exchange(call, prefix: "", within: versionDeadline)
        if let refusal = reply.refusal { throw refusal }
        return try reply.decode(VersionBody.self, of: call)
    }

    private func exchange(_ call: Call, prefix: String, within limit: Duration) async throws(EngineError) -> Reply {
        let started = ContinuousClock.now
        let reply = try await withDeadline(limit, call: call.name) { [self] _ throws(EngineError) in
            let response = try await head(of: call, prefix: prefix)
            let body = try await ByteStream(body: response.body, socketPath: socketPath).collect(call: call)
            return Reply(status: Int(response.status.code), body: body)
        }
        logger.debug(
            "engine call",
            metadata: [
                "call": "\(call.name)", "status": "\(reply.status)",
                "ms": "\((ContinuousClock.now - started).wholeMilliseconds)",
            ]
        )
        return reply
    }

    private func head(of call: Call, prefix: String) async throws(EngineError) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: "http+unix://\(socketPath.percentEncoded())\(prefix)\(call.pathAndQuery)")
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        // Without a name in it, Docker answers 400.
        request.headers.add(name: "Host", value: "docker")
        if let auth = call.registryAuth { request.headers.add(name: "X-Registry-Auth", value: auth.reveal()) }
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        do {
            return try await client.execute(request, deadline: .distantFuture)
        } catch {
            let failure = EngineError(transportFailure: error, socketPath: socketPath)
            if case .unreachable = failure { version.withLock { $0 = nil } }
            throw failure
        }
    }
}
