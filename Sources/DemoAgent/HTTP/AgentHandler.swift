import NIOCore
import NIOHTTP1

/// Serves one connection: collects a request, routes it, and tells a chat when its client left.
///
/// The pipeline hands over the next request only after this one's answer, so there is at most one chat at a time.
final class AgentHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let agent: Agent
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var chat: (any Chat)?

    init(agent: Agent) { self.agent = agent }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, with: Responder(context: context, keepAlive: head.isKeepAlive))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        chat?.clientLeft()
        chat = nil
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        chat?.clientIsReading(context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ head: HTTPRequestHead, with responder: Responder) {
        chat = nil
        let path = head.uri.prefix { $0 != "?" }
        if path == "/healthz" { return responder.json("{\"ok\":true}") }
        guard path == "/v1/models" || path == "/v1/chat/completions" else {
            return responder.failure(.notFound, "there is no \(path)", type: "not_found_error")
        }
        guard head.headers.first(name: "authorization") == agent.credential else {
            return responder.failure(.unauthorized, "the key is missing or wrong", type: "authentication_error")
        }
        guard head.method == (path == "/v1/models" ? .GET : .POST) else {
            return responder.failure(.methodNotAllowed, "\(head.method) is not for \(path)")
        }
        guard path == "/v1/chat/completions" else { return listModels(responder) }
        startChat(head, responder)
    }

    private func listModels(_ responder: Responder) {
        guard !agent.settings.neverReady else {
            return responder.failure(.serviceUnavailable, "DEMO_NEVER_READY is set", type: "server_error")
        }
        responder.json(#"{"object":"list","data":[{"id":"demo","object":"model","created":0,"owned_by":"operatord"}]}"#)
    }

    private func startChat(_ head: HTTPRequestHead, _ responder: Responder) {
        let request: ChatRequest
        do {
            request = try ChatRequest(body: Array(body.readableBytesView))
        } catch {
            return responder.failure(.badRequest, error.message)
        }
        let reply = Reply(
            to: request, headers: head.headers, settings: agent.settings, environment: environmentVariable)
        let chat: any Chat
        if reply.act == .relay, let upstream = agent.settings.upstream {
            chat = Relay(request: request, upstream: upstream, tls: agent.tls, responder: responder)
        } else {
            chat = Echo(request: request, reply: reply, responder: responder)
        }
        self.chat = chat
        chat.start()
    }
}

/// A chat request that is being answered. All calls are on the connection's event loop.
protocol Chat {
    func start()
    /// The connection is gone: nothing more can be sent.
    func clientLeft()
    /// Whether what is sent now would be passed on at once.
    func clientIsReading(_ isReading: Bool)
}
