import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Answers a chat with what the upstream says, part by part as it comes.
///
/// One connection per chat; it is cut as soon as the client leaves, so that the upstream stops generating.
final class Relay: Chat {
    private let request: ChatRequest
    private let upstream: Upstream
    private let tls: NIOSSLContext?
    private let responder: Responder
    private var connection: (any Channel)?
    private var isOver = false

    init(request: ChatRequest, upstream: Upstream, tls: NIOSSLContext?, responder: Responder) {
        self.request = request
        self.upstream = upstream
        self.tls = tls
        self.responder = responder
    }

    func start() {
        let loop = responder.context.eventLoop
        let this = NIOLoopBound(self, eventLoop: loop)
        let (tls, host) = (tls, upstream.host)
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(Self.tlsHandler(tls, host: host)) }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(RelayHandler(relay: this.value))
                }
            }
            .connect(host: upstream.host, port: upstream.port)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel): self.connected(channel)
                case .failure(let error): self.failed("cannot connect to \(self.upstream.authority): \(error)")
                }
            }
    }

    func clientLeft() {
        guard !isOver else { return }
        isOver = true
        log("client left; upstream cut")
        connection?.close(promise: nil)
    }

    func clientIsReading(_ isReading: Bool) {
        connection?.setOption(.autoRead, value: isReading).assumeIsolated().whenFailure { _ in }
    }

    /// The upstream's answer begins.
    func received(_ head: HTTPResponseHead) {
        var headers = head.headers
        for name in ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "trailer", "upgrade"] {
            headers.remove(name: name)
        }
        responder.head(head.status, headers)
        responder.flush()
    }

    func received(_ body: ByteBuffer) {
        responder.write(body)
        responder.flush()
    }

    func receivedEnd() {
        guard !isOver else { return }
        isOver = true
        connection?.close(promise: nil)
        responder.end()
    }

    /// Nothing of the answer came: says so. `midway`: the answer cannot be completed.
    func failed(_ message: String, midway: Bool = false) {
        guard !isOver else { return }
        isOver = true
        log(message)
        connection?.close(promise: nil)
        midway ? responder.abort() : responder.failure(.badGateway, message, type: "upstream_error")
    }

    /// A name is checked against the certificate; an address cannot be sent as server name.
    private static func tlsHandler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    private func connected(_ channel: any Channel) {
        guard !isOver else { return channel.close(promise: nil) }
        connection = channel
        var document = request.document
        if let model = upstream.model { document.set("model", to: .string(model)) }
        var body = ByteBuffer()
        body.writeJSON(document)
        var headers: HTTPHeaders = [
            "host": upstream.authority, "content-type": "application/json",
            "content-length": String(body.readableBytes), "user-agent": "demo-agent",
            "accept": request.isStream ? "text/event-stream" : "application/json",
        ]
        if let key = upstream.key { headers.add(name: "authorization", value: "Bearer \(key)") }
        channel.write(
            HTTPClientRequestPart.head(.init(version: .http1_1, method: .POST, uri: upstream.path, headers: headers)),
            promise: nil)
        channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil)
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }
}
