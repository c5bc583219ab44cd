import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// A runner played by a script: an HTTP server on loopback that does what the test says, request by request.
final class UpstreamServer: Sendable {
    typealias Script = @Sendable (UpstreamRequest, UpstreamReply) async throws -> Void
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let port: Int
    private let seen = NIOLockedValueBox<[UpstreamRequest]>([])
    private let connections = NIOLockedValueBox(0)

    /// Every request whose body arrived, in order.
    var requests: [UpstreamRequest] { seen.withLockedValue { $0 } }
    var connectionCount: Int { connections.withLockedValue { $0 } }

    private init(port: Int) { self.port = port }

    static func run<Result: Sendable>(
        _ script: @escaping Script, _ body: @Sendable (UpstreamServer) async throws -> Result
    ) async throws -> Result {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withPipeliningAssistance: false, withErrorHandling: false)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        let server = UpstreamServer(port: listener.channel.localAddress?.port ?? 0)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.executeThenClose { inbound in
                    await withDiscardingTaskGroup { serving in
                        do {
                            for try await connection in inbound {
                                serving.addTask { await server.serve(connection, script) }
                            }
                        } catch {}
                        serving.cancelAll()
                    }
                }
            }
            let result = try await body(server)
            group.cancelAll()
            return result
        }
    }

    private func serve(_ connection: Connection, _ script: Script) async {
        let number = connections.withLockedValue {
            $0 += 1
            return $0
        }
        // A script that throws ends the connection, and so does a client that leaves.
        try? await connection.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let new):
                    head = new
                    body.clear()
                case .body(var bytes):
                    body.writeBuffer(&bytes)
                case .end:
                    guard let head else { continue }
                    let request = UpstreamRequest(head: head, body: String(buffer: body), connection: number)
                    self.seen.withLockedValue { $0.append(request) }
                    try await script(request, UpstreamReply(outbound: outbound, channel: connection.channel))
                }
            }
        }
    }
}

struct UpstreamRequest: Sendable {
    var head: HTTPRequestHead
    var body: String
    /// 1 for the first that was accepted.
    var connection: Int

    func header(_ name: String) -> String? { head.headers.first(name: name) }
}

struct UpstreamReply: Sendable {
    var outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    var channel: any Channel

    /// A whole answer with a length.
    func answer(_ body: String, status: HTTPResponseStatus = .ok, headers: HTTPHeaders = [:]) async throws {
        var headers = headers
        headers.add(name: "content-length", value: String(body.utf8.count))
        if !headers.contains(name: "content-type") { headers.add(name: "content-type", value: "application/json") }
        try await head(status, headers)
        try await chunk(body)
        try await end()
    }

    func head(_ status: HTTPResponseStatus = .ok, _ headers: HTTPHeaders = ["content-type": "text/event-stream"])
        async throws
    {
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    }

    /// Returns when the connection can take more.
    func chunk(_ text: String) async throws { try await outbound.write(.body(.byteBuffer(ByteBuffer(string: text)))) }
    func end() async throws { try await outbound.write(.end(nil)) }
    func hangUp() async throws { try await channel.close() }

    /// Returns when the other side is gone, or at the end of the test.
    func untilClosed() async {
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
