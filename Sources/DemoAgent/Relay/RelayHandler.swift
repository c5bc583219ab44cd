import NIOCore
import NIOHTTP1

/// The end of the upstream connection's pipeline: hands the answer to its ``Relay``.
final class RelayHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let relay: Relay
    private var hasBegun = false

    init(relay: Relay) { self.relay = relay }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            hasBegun = true
            relay.received(head)
        case .body(let body): relay.received(body)
        case .end: relay.receivedEnd()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        relay.failed("the upstream closed the connection", midway: hasBegun)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        relay.failed("the upstream connection failed: \(error)", midway: hasBegun)
        context.close(promise: nil)
    }
}
