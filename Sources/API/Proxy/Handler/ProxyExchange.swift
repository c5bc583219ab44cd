import Logging
import NIOCore
import NIOHTTP1
import Spec

/// One `/v1` request from its head to the end of its answer: carries out what ``ProxyStateMachine`` decides.
///
/// Lives on its connection's event loop. Only two things leave it: the verification of a token that is seen for the first
/// time, and the wait for a runner that is not ready; both come back to the loop.
final class ProxyExchange {
    /// A streaming request waits for its runner as long as the gate lets it, but not for ever.
    private static let streamPatience = Duration.seconds(3600)

    let shared: ProxyContext
    let worker: ProxyWorker
    let connection: ProxyHandler
    let context: ChannelHandlerContext
    let request: HTTPRequestHead
    let kind: ProxiedRequest
    let requestID: String
    let heads: ClientResponseHead
    let limits: StackSpec.Proxy
    private let startedAt = NIODeadline.now()

    var machine = ProxyStateMachine<any RunnerLease, UpstreamConnection>()
    var body = ByteBuffer()
    var caller: Caller?
    var fields: RequestFields?
    var route: BackendRoute?
    /// Of a request that is limited, while it goes on.
    var admission: RequestLimiter.Admission?
    /// Of a response's making, until its id was found.
    var responseIDs: ResponseIDScanner?
    private var task: Task<Void, Never>?
    private var comments: Scheduled<Void>?
    private var sentAt: NIODeadline?
    /// Of the answer, once it has one.
    var status: Int?
    /// The connection ends with the answer.
    var closes = false

    init(
        _ request: HTTPRequestHead, _ kind: ProxiedRequest, connection: ProxyHandler, context: ChannelHandlerContext,
        shared: ProxyContext, worker: ProxyWorker
    ) {
        self.request = request
        self.kind = kind
        if kind == .makesResponse { responseIDs = ResponseIDScanner() }
        self.connection = connection
        self.context = context
        self.shared = shared
        self.worker = worker
        requestID = RequestID.accepting(request.headers.first(name: "x-request-id"))
        worker.routes.refreshIfStale()
        heads = ClientResponseHead(for: request, requestID: requestID, corsOrigins: worker.routes.corsOrigins)
        limits = worker.routes.limits
    }

    // MARK: Events

    func start() {
        shared.metrics.requestBegan()
        authenticate()
    }

    /// Whether parts of the body are wanted now.
    var wantsBody: Bool { machine.wantsBody }

    func receive(_ part: HTTPServerRequestPart) {
        switch part {
        case .head: break
        case .body(var bytes):
            if body.readableBytes + bytes.readableBytes > limits.maxBodyBytes { return fail(bodyTooLarge) }
            if body.readableBytes == 0 { body = bytes } else { body.writeBuffer(&bytes) }
            connection.setDeadline(in: connection.idleTime)
        case .end:
            connection.setDeadline(in: nil)
            requestReceived()
        }
    }

    /// The rest of the request cannot be read.
    func requestBroken() { fail(.requestMalformed) }

    func clientLeft() { perform(machine.clientLeft()) }

    func clientWritabilityChanged(to isWritable: Bool) { machine.upstream?.setPaused(!isWritable) }

    func deadlinePassed() { fail(machine.wantsBody ? .requestTimeout : .upstreamTimeout) }

    func fail(_ failure: APIFailure) { perform(machine.failed(failure)) }

    // MARK: Actions

    func perform(_ action: ProxyStateMachine<any RunnerLease, UpstreamConnection>.Action) {
        switch action {
        // The response's head and body are written where they come in.
        case .none, .relayHead, .relayIntoOpenStream, .relayBody: break
        case .receiveBody: beginBody()
        case .askGate: askGate()
        case .connect(let lease): connect(lease)
        case .send(let lease, let upstream, let answer): send(lease, upstream, answer)
        case .openStream: writeStreamHead()
        case .comment: writeComment()
        case .finish(let lease, let upstream): finish(lease, upstream)
        case .fail(let failure, let answer, let remains): answerWith(failure, answer, remains)
        case .cut(let failure, let remains): cut(failure, remains)
        case .abandon(let remains): abandon(remains)
        case .giveBack(let lease): lease.release()
        case .close(let upstream): upstream.close()
        }
    }

    private func authenticate() {
        let proof = ClientCredentials(request.headers)
        let authenticator = shared.authenticator
        if let known = connection.provenSession, known.header == proof.single,
            let caller = authenticator.caller(still: known.session)
        {
            return authenticated(as: caller)
        }
        switch authenticator.cachedCaller(authorization: proof.authorization, cookie: proof.cookie) {
        case .caller(let caller):
            connection.provenSession = ProvenSession(proof, caller)
            authenticated(as: caller)
        case .nobody: fail(proof.refusal)
        case .undecided:
            inTask { exchange, eventLoop in
                let caller = await authenticator.caller(authorization: proof.authorization, cookie: proof.cookie)
                eventLoop.execute { exchange.value.verified(caller, else: proof.refusal) }
            }
        }
    }

    private func verified(_ caller: Caller?, else failure: APIFailure) {
        guard let caller else { return fail(failure) }
        authenticated(as: caller)
    }

    private func authenticated(as caller: Caller) {
        self.caller = caller
        perform(machine.authenticated())
    }

    private func beginBody() {
        if let length = request.headers.first(name: "content-length").flatMap(Int.init), length > limits.maxBodyBytes {
            return fail(bodyTooLarge)
        }
        if let encoding = request.headers.first(name: "content-encoding"), !HeaderName.equals(encoding, "identity") {
            return fail(.encodedBody(encoding))
        }
        if let expectation = request.headers.first(name: "expect"), HeaderName.equals(expectation, "100-continue") {
            let head = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
        }
        connection.setDeadline(in: connection.idleTime)
        connection.exchangeBecameReady(context: context)
    }

    private func askGate() {
        guard let caller, let route, let fields else { return }
        let runner = RunnerID(user: caller.account.slug, backend: route.name)
        let gate = shared.gate
        if let lease = gate.leaseIfReady(runner) { return perform(machine.leased(lease)) }
        let limit = fields.streams ? Self.streamPatience : limits.startingTimeout
        if fields.streams { scheduleComment() }
        inTask { exchange, eventLoop in
            let answer: Result<any RunnerLease, GateError>
            do throws(GateError) {
                answer = .success(try await gate.lease(runner, waitingAtMost: limit))
            } catch {
                answer = .failure(error)
            }
            eventLoop.execute { exchange.value.gateAnswered(answer) }
        }
    }

    private func gateAnswered(_ answer: Result<any RunnerLease, GateError>) {
        switch answer {
        case .success(let lease): perform(machine.leased(lease))
        case .failure(let error): fail(APIFailure(error))
        }
    }

    private func connect(_ lease: any RunnerLease) {
        if let upstream = worker.pool.take(lease.endpoint) { return perform(machine.connected(upstream)) }
        UpstreamConnection.connect(
            to: lease.endpoint, on: context.eventLoop, timeout: TimeAmount(limits.connectTimeout)
        ).whenComplete { result in
            switch result {
            case .success(let upstream): self.perform(self.machine.connected(upstream))
            case .failure(let error): self.connectFailed(error)
            }
        }
    }

    private func connectFailed(_ error: any Error) {
        if case .some(.connectTimeout) = error as? ChannelError { return fail(.upstreamConnectTimeout) }
        fail(.upstreamUnreachable)
    }

    private func send(
        _ lease: any RunnerLease, _ upstream: UpstreamConnection,
        _ answer: ProxyStateMachine<any RunnerLease, UpstreamConnection>.Answer
    ) {
        guard let caller, let route, let fields else { return }
        let session = SessionIdentifier.make(user: fields.user, account: caller.account.id)
        if let rewriter = route.rewriter, kind.hasBody {
            do throws(JSONProblem) {
                body = try rewriter.rewrite(
                    body, modelField: fields.modelField, model: lease.endpoint.forwardModel, session: session)
            } catch {
                return fail(APIFailure(error))
            }
        }
        let head = UpstreamRequestHead.make(
            from: request, route: route, endpoint: lease.endpoint, session: session, requestID: requestID,
            bodyBytes: body.readableBytes, allowsEncoding: answer == .nothing && responseIDs == nil)
        sentAt = .now()
        connection.setDeadline(in: TimeAmount(limits.firstByteTimeout))
        upstream.setPaused(!context.channel.isWritable)
        upstream.send(head, body: body, to: self)
        body = ByteBuffer()
    }

    // MARK: Time

    private func scheduleComment() {
        let interval = limits.streamHoldback > .zero ? limits.streamHoldback : .seconds(10)
        comments = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(interval)) {
            self.perform(self.machine.commentDue())
            if self.machine.mayComment { self.scheduleComment() }
        }
    }

    private func inTask(
        _ work: @escaping @Sendable (NIOLoopBound<ProxyExchange>, any EventLoop) async -> Void
    ) {
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        task = Task { await work(bound, eventLoop) }
    }

    // MARK: Ends

    private var bodyTooLarge: APIFailure { .bodyTooLarge(limit: limits.maxBodyBytes) }

    func release(_ remains: ProxyStateMachine<any RunnerLease, UpstreamConnection>.Remains) {
        if remains.hasTask { task?.cancel() }
        remains.upstream?.close()
        remains.lease?.release()
    }

    func firstByteCame() {
        guard let sentAt else { return }
        route?.metrics.recordFirstByte(after: NIODeadline.now() - sentAt)
        self.sentAt = nil
    }

    /// Counts and logs; the exchange does nothing any more.
    func conclude(failure: APIFailure? = nil) {
        comments?.cancel()
        comments = nil
        task = nil
        if let admission { shared.limiter.end(admission) }
        admission = nil
        shared.metrics.requestEnded(backend: route?.metrics, status: status)
        let level: Logger.Level = failure?.code.hasPrefix("upstream_") == true ? .warning : .debug
        shared.logger.log(
            level: level, "\(failure?.message ?? "Answered a /v1 request.")",
            metadata: [
                "request_id": "\(requestID)", "path": "\(request.uri)", "status": "\(status.map(String.init) ?? "-")",
                "backend": "\(route?.name ?? "-")", "user": "\(caller?.account.slug ?? "-")",
                "milliseconds": "\((NIODeadline.now() - startedAt).nanoseconds / 1_000_000)",
                "code": "\(failure?.code ?? "-")",
            ])
    }
}
