import NIOCore
import NIOHTTP1
import Spec

/// One client connection: gives each ``ProxiedRequest`` to a ``ProxyExchange`` and everything else to Hummingbird's
/// handlers behind.
///
/// All of it happens on the connection's event loop. What must wait its turn is held; while anything is held nothing more
/// is read, so a client that pipelines is read ahead of by one burst at most.
final class ProxyHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a client may go on sending a request that is refused already, before it is cut off.
    private static let lingerTime = TimeAmount.seconds(2)

    /// How long a client may be silent.
    let idleTime: TimeAmount
    /// Of the last request that was let in by a session; later ones with the same header need no search.
    var provenSession: ProvenSession?

    private let shared: ProxyContext
    private let worker: ProxyWorker
    private var sequence = ConnectionSequence()
    private var exchange: ProxyExchange?
    private var deadline: DeadlineTimer?
    private var held = CircularBuffer<HTTPServerRequestPart>()
    /// Comes after what is held.
    private var heldError: (any Error)?
    private var isReadHeld = false
    private var isPumping = false
    private var hasPassedOn = false
    /// The connection ends with the exchange's response.
    private var closesAfterExchange = false
    private var isLingering = false

    init(context: ProxyContext, worker: ProxyWorker) {
        worker.routes.refreshIfStale()
        idleTime = TimeAmount(worker.routes.limits.clientTimeout)
        shared = context
        self.worker = worker
    }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = DeadlineTimer(eventLoop: context.eventLoop) { [weak self] in self?.deadlinePassed(context: context) }
        if context.channel.isActive { restartIdleTime() }
    }

    func channelActive(context: ChannelHandlerContext) {
        restartIdleTime()
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        guard held.isEmpty else { return held.append(part) }
        let verdict = verdict(on: part)
        if verdict == .hold { held.append(part) } else { deliver(part, verdict, context: context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        completeRead(context: context)
    }

    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { isReadHeld = true }
    }

    private func verdict(on part: HTTPServerRequestPart) -> ConnectionSequence.Verdict {
        sequence.next(ConnectionSequence.Part(part), exchangeWantsBody: exchange?.wantsBody ?? false)
    }

    private func deliver(
        _ part: HTTPServerRequestPart, _ verdict: ConnectionSequence.Verdict, context: ChannelHandlerContext
    ) {
        switch verdict {
        case .hold:
            break
        case .passOn:
            hasPassedOn = true
            restartIdleTime()
            context.fireChannelRead(wrapInboundOut(part))
        case .begin:
            if case .head(let head) = part { begin(head, context: context) }
        case .take:
            exchange?.receive(part)
        case .drop:
            if isLingering, !sequence.isInsideRequest { context.close(promise: nil) }
        }
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard let kind = ProxiedRequest(head.method, uri: head.uri) else { return }
        let exchange = ProxyExchange(head, kind, connection: self, context: context, shared: shared, worker: worker)
        self.exchange = exchange
        exchange.start()
    }

    /// Delivers what was held, as far as it is its turn.
    private func pump(context: ChannelHandlerContext) {
        guard !isPumping else { return }
        isPumping = true
        while let part = held.first {
            let verdict = verdict(on: part)
            guard verdict != .hold else { break }
            // Before it is delivered, because that may end the connection and everything that is held with it.
            held.removeFirst()
            deliver(part, verdict, context: context)
        }
        isPumping = false
        completeRead(context: context)
        if let heldError, held.isEmpty {
            self.heldError = nil
            inputBroke(heldError, context: context)
        }
        if isReadHeld, held.isEmpty {
            isReadHeld = false
            context.read()
        }
    }

    private func completeRead(context: ChannelHandlerContext) {
        guard hasPassedOn else { return }
        hasPassedOn = false
        context.fireChannelReadComplete()
    }

    // MARK: Responses of Hummingbird

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        sequence.passedOnEnded()
        restartIdleTime()
        pump(context: context)
    }

    // MARK: What happens to the connection

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        exchange?.clientWritabilityChanged(to: context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that closes its side has left, as far as this proxy is concerned: it is the only sign there is.
        if case .some(.inputClosed) = event as? ChannelEvent, exchange != nil || isLingering {
            return closeNow(context: context)
        }
        // Hummingbird's handlers do not know of the exchange and would end the connection at once.
        if event is ChannelShouldQuiesceEvent, exchange != nil {
            closesAfterExchange = true
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else {
            context.fireErrorCaught(error)
            return closeNow(context: context)
        }
        // It concerns what follows the parts that are held.
        if held.isEmpty { inputBroke(error, context: context) } else { heldError = error }
    }

    /// Nothing more can be read. The request that is broken gets an answer, unless an earlier one waits for its own.
    private func inputBroke(_ error: any Error, context: ChannelHandlerContext) {
        if let exchange {
            closesAfterExchange = true
            if sequence.isInsideRequest { exchange.requestBroken() }
        } else if isLingering {
            context.close(promise: nil)
        } else {
            context.fireErrorCaught(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange?.clientLeft()
        deadline?.cancel()
        held.removeAll()
        context.fireChannelInactive()
    }

    private func deadlinePassed(context: ChannelHandlerContext) {
        if let exchange { exchange.deadlinePassed() } else { context.close(promise: nil) }
    }

    /// A client may be silent for so long between its requests and within one, but not wait for nothing.
    private func restartIdleTime() {
        if sequence.isAnswering { deadline?.clear() } else { deadline?.set(in: idleTime) }
    }

    private func closeNow(context: ChannelHandlerContext) {
        exchange?.clientLeft()
        context.close(promise: nil)
    }
}

// MARK: - For the exchange

extension ProxyHandler {
    var isClosing: Bool { closesAfterExchange }
    /// Whether the client is still sending the exchange's request.
    var isInsideRequest: Bool { sequence.isInsideRequest }

    /// What ``ProxyExchange/deadlinePassed()`` is called after; nil for never.
    func setDeadline(in amount: TimeAmount?) {
        if let amount { deadline?.set(in: amount) } else { deadline?.clear() }
    }

    /// Parts of the request's body may be delivered now.
    func exchangeBecameReady(context: ChannelHandlerContext) {
        if !held.isEmpty { pump(context: context) }
    }

    /// The exchange is over and all of its response is written; `written` is given when the connection ends with it.
    func exchangeEnded(written: EventLoopFuture<Void>?, context: ChannelHandlerContext) {
        exchange = nil
        sequence.exchangeEnded()
        restartIdleTime()
        guard let written else { return pump(context: context) }
        held.removeAll()
        written.assumeIsolated().whenComplete { _ in self.closeAfterResponse(context: context) }
    }

    /// The exchange ended without a complete response: nothing else can be done on this connection.
    func exchangeAbandoned() {
        exchange = nil
        deadline?.cancel()
        held.removeAll()
    }

    /// A client that is still sending would lose the response to a reset if the connection ended at once.
    private func closeAfterResponse(context: ChannelHandlerContext) {
        guard sequence.isInsideRequest else { return context.close(promise: nil) }
        isLingering = true
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { context.close(promise: nil) }
    }
}

extension ConnectionSequence.Part {
    init(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): self = .head(isOurs: ProxiedRequest(head.method, uri: head.uri) != nil)
        case .body: self = .body
        case .end: self = .end
        }
    }
}
