import NIOCore
import NIOHTTP1
import NIOPosix
import Spec

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What gets a runner's response. All calls are made on the event loop.
protocol UpstreamResponseReceiver: AnyObject {
    func responseHead(_ head: HTTPResponseHead)
    func responseBody(_ bytes: ByteBuffer)
    /// Nothing follows, no ``responseReadComplete()`` either.
    func responseEnd()
    /// A burst of parts is over: what was written because of it may be flushed.
    func responseReadComplete()
    /// The connection ended before ``responseEnd()``; nil when the runner just closed it.
    func upstreamClosed(_ error: (any Error)?)
}

/// One keep-alive connection to a runner: the last handler of its channel.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPClientRequestPart

    let endpoint: RunnerEndpoint
    /// When it last became idle.
    var idleSince = NIODeadline.uptimeNanoseconds(0)
    /// Gets told when an idle connection ends.
    weak var pool: UpstreamPool?

    private var receiver: (any UpstreamResponseReceiver)?
    private var context: ChannelHandlerContext?
    private var socket: NIOBSDSocket.Handle?
    private var keepsAlive = false
    private var responseIsComplete = true
    private var isPaused = false
    private var heldRead = false
    private var error: (any Error)?

    init(endpoint: RunnerEndpoint) { self.endpoint = endpoint }

    /// Connects on `eventLoop`. The future fails with what the network says.
    static func connect(to endpoint: RunnerEndpoint, on eventLoop: any EventLoop, timeout: TimeAmount)
        -> EventLoopFuture<UpstreamConnection>.Isolated
    {
        let address = Result { try SocketAddress(ipAddress: endpoint.host, port: endpoint.port) }
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(HTTPRequestEncoder())
                    try pipeline.addHandler(ByteToMessageHandler(HTTPResponseDecoder()))
                    try pipeline.addHandler(UpstreamConnection(endpoint: endpoint))
                }
            }
        let channel: EventLoopFuture<any Channel> =
            switch address {
            case .success(let address): bootstrap.connect(to: address)
            case .failure(let error): eventLoop.makeFailedFuture(error)
            }
        return channel.assumeIsolated().flatMapThrowing { channel in
            try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
        }
    }

    /// Whether it may serve another request, as far as is known without asking the system.
    var isReusable: Bool {
        context?.channel.isActive == true && responseIsComplete && keepsAlive
    }

    /// Whether the runner has closed it, also if that has not been read yet. Narrows the moment in which a request is lost
    /// to a runner that closes an idle connection, because such a request must not be sent twice.
    var isStale: Bool {
        guard isReusable, let socket else { return true }
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)
    }

    /// Sends a request whose response goes to `receiver`, until its end.
    func send(_ head: HTTPRequestHead, body: ByteBuffer, to receiver: any UpstreamResponseReceiver) {
        guard let context else { return receiver.upstreamClosed(error) }
        self.receiver = receiver
        responseIsComplete = false
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Stops or goes on with reading, for a client that cannot take more.
    func setPaused(_ paused: Bool) {
        isPaused = paused
        guard !paused, heldRead else { return }
        heldRead = false
        context?.read()
    }

    /// The runner sees the connection end.
    func close() {
        receiver = nil
        context?.close(promise: nil)
    }
}

extension UpstreamConnection {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        socket = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            $0
        }
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            keepsAlive = head.isKeepAlive
            receiver?.responseHead(head)
        case .body(let bytes):
            receiver?.responseBody(bytes)
        case .end:
            responseIsComplete = true
            let receiver = receiver
            self.receiver = nil
            receiver?.responseEnd()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        receiver?.responseReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { heldRead = true } else { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.error = error
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        pool?.remove(self)
        let receiver = receiver
        self.receiver = nil
        receiver?.upstreamClosed(error)
    }
}
