import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// A runner played by a script: an HTTP server on loopback that does what the test says, request by request.
final class UpstreamServer: Sendable {
    typealias Script = @Sendable (UpstreamRequest, UpstreamReply) async throws -> Void

    private struct State {
        var requests: [UpstreamRequest] = []
        var connections = 0
    }

    let port: Int
    private let state: NIOLockedValueBox<State>

    /// Every request whose body arrived, in order.
    var requests: [UpstreamRequest] { state.withLockedValue { $0.requests } }
    var connectionCount: Int { state.withLockedValue { $0.connections } }

    private init(port: Int, state: NIOLockedValueBox<State>) {
        self.port = port
        self.state = state
    }

    /// Listens as long as `body` runs. A script that throws ends its connection; one whose connection ends is cancelled.
    static func run<Result: Sendable>(
        _ script: @escaping Script, _ body: @Sendable (UpstreamServer) async throws -> Result
    ) async throws -> Result {
        let state = NIOLockedValueBox(State())
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                let number = state.withLockedValue { state in
                    state.connections += 1
                    return state.connections
                }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline(
                        withPipeliningAssistance: false, withErrorHandling: false)
                    try pipeline.addHandler(
                        RequestHandler(connection: number) { request, reply in
                            state.withLockedValue { $0.requests.append(request) }
                            try await script(request, reply)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = UpstreamServer(port: listener.localAddress?.port ?? 0, state: state)
        do {
            let result = try await body(server)
            try? await listener.close()
            return result
        } catch {
            try? await listener.close()
            throw error
        }
    }

    private final class RequestHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart

        private let connection: Int
        private let script: Script
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()
        private var task: Task<Void, Never>?

        init(connection: Int, script: @escaping Script) {
            self.connection = connection
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let new):
                head = new
                body.clear()
            case .body(var bytes):
                body.writeBuffer(&bytes)
            case .end:
                guard let head else { return }
                let request = UpstreamRequest(head: head, body: String(buffer: body), connection: connection)
                let channel = context.channel
                task = Task { [script] in
                    do { try await script(request, UpstreamReply(channel: channel)) } catch {
                        channel.close(promise: nil)
                    }
                }
            }
        }

        func channelInactive(context: ChannelHandlerContext) { task?.cancel() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

struct UpstreamRequest: Sendable {
    var head: HTTPRequestHead
    var body: String
    /// 1 for the first that was accepted.
    var connection: Int

    func header(_ name: String) -> String? { head.headers.first(name: name) }
}

/// Each call returns when the system has taken the bytes.
struct UpstreamReply: Sendable {
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
        try await write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    }

    func chunk(_ text: String) async throws { try await write(.body(.byteBuffer(ByteBuffer(string: text)))) }
    func end() async throws { try await write(.end(nil)) }
    func hangUp() async throws { try await channel.close() }

    /// Returns when the other side is gone.
    func untilClosed() async { try? await channel.closeFuture.get() }

    private func write(_ part: HTTPServerResponsePart) async throws {
        try await channel.writeAndFlush(part)
    }
}
