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
        guard path.hasPrefix("/v1/") else { return responder.nothing(at: path) }
        guard head.headers.first(name: "authorization") == agent.credential else {
            return responder.failure(.unauthorized, "the key is missing or wrong", type: "authentication_error")
        }
        let responses = "/v1/responses/"
        if path.hasPrefix(responses) {
            return agent.responses.answer(head.method, path: path.dropFirst(responses.count), with: responder)
        }
        switch (path, head.method) {
        case ("/v1/chat/completions", .POST): startChat(head, responder)
        case ("/v1/models", .GET): listModels(responder)
        case ("/v1/responses", .POST): startResponse(head, responder)
        case ("/v1/embeddings", .POST): responder.embeddings(body)
        case ("/v1/audio/transcriptions", .POST): responder.transcription(body)
        case ("/v1/chat/completions", _), ("/v1/models", _), ("/v1/responses", _), ("/v1/embeddings", _),
            ("/v1/audio/transcriptions", _):
            responder.failure(.methodNotAllowed, "\(head.method) is not for \(path)")
        default: responder.nothing(at: path)
        }
    }

    private func listModels(_ responder: Responder) {
        guard !agent.settings.neverReady else {
            return responder.failure(.serviceUnavailable, "DEMO_NEVER_READY is set", type: "server_error")
        }
        responder.json(#"{"object":"list","data":[{"id":"demo","object":"model","created":0,"owned_by":"operatord"}]}"#)
    }

    private func startChat(_ head: HTTPRequestHead, _ responder: Responder) {
        guard let request = chatRequest(responder) else { return }
        let reply = Reply(
            to: request, headers: head.headers, settings: agent.settings, environment: environmentVariable)
        for line in reply.logLines { log(line) }
        if reply.act == .relay, let upstream = agent.settings.upstream {
            start(Relay(request: request, upstream: upstream, tls: agent.tls, responder: responder))
        } else {
            start(Echo(request: request, reply: reply, format: Completion(request: request), responder: responder))
        }
    }

    /// Never relayed: few upstreams have it.
    private func startResponse(_ head: HTTPRequestHead, _ responder: Responder) {
        guard let request = chatRequest(responder) else { return }
        var settings = agent.settings
        settings.upstream = nil
        let reply = Reply(to: request, headers: head.headers, settings: settings, environment: environmentVariable)
        let format = ResponseObject(request: request, kept: agent.responses)
        start(Echo(request: request, reply: reply, format: format, responder: responder))
    }

    /// nil when it cannot be read, which is answered then.
    private func chatRequest(_ responder: Responder) -> ChatRequest? {
        do {
            return try ChatRequest(body: Array(body.readableBytesView))
        } catch {
            responder.failure(.badRequest, error.message)
            return nil
        }
    }

    private func start(_ chat: any Chat) {
        self.chat = chat
        chat.start()
    }
}

extension Responder {
    fileprivate func nothing(at path: Substring) {
        failure(.notFound, "there is no \(path)", type: "not_found_error")
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
