import NIOCore
import NIOHTTP1
import Spec

// What the client gets: the runner's response, or an error of ours.

extension ProxyExchange: UpstreamResponseReceiver {
    func responseHead(_ head: HTTPResponseHead) {
        firstByteCame()
        if let route, route.saysFailed(head) { route.metrics.countFailedTurn() }
        switch machine.responseHead(unfitForOpenStream: head.isPlainEventStream ? nil : .upstreamRefused(head)) {
        case .relayHead:
            status = Int(head.status.code)
            write(heads.relaying(head, closing: connection.isClosing))
        case let other:
            perform(other)
        }
        restartIdleDeadline()
    }

    func responseBody(_ bytes: ByteBuffer) {
        guard case .relayBody(let lease) = machine.responseBody() else { return }
        lease.touch()
        if responseIDs != nil { noteResponseID(in: bytes) }
        write(.body(.byteBuffer(bytes)))
        restartIdleDeadline()
    }

    func responseEnd() {
        perform(machine.responseEnd())
    }

    func responseReadComplete() {
        context.flush()
    }

    func upstreamClosed(_ error: (any Error)?) {
        fail(error is HTTPParserError ? .upstreamMalformed : .upstreamClosed)
    }

    private func restartIdleDeadline() {
        guard !machine.hasEnded else { return }
        connection.setDeadline(in: TimeAmount(limits.idleTimeout))
    }
}

extension ProxyExchange {
    typealias Machine = ProxyStateMachine<any RunnerLease, UpstreamConnection>

    func writeStreamHead() {
        status = 200
        write(heads.openingStream(closing: connection.isClosing))
        writeComment()
    }

    func writeComment() {
        write(.body(.byteBuffer(ByteBuffer(string: ": ping\n\n"))))
        context.flush()
    }

    func finish(_ lease: any RunnerLease, _ upstream: UpstreamConnection) {
        lease.release()
        worker.pool.putBack(upstream)
        conclude()
        end()
    }

    func answerWith(_ failure: APIFailure, _ answer: Machine.Answer, _ remains: Machine.Remains) {
        release(remains)
        var body = ByteBuffer()
        switch answer {
        case .nothing:
            body.writeOpenAIError(failure)
            status = failure.status
            // A request that is refused before its end is not read to its end.
            let closing = connection.isClosing || connection.isInsideRequest
            write(heads.failing(failure, bodyBytes: body.readableBytes, closing: closing))
        case .openStream:
            body.writeStaticString("data: ")
            body.writeOpenAIError(failure)
            body.writeStaticString("\n\ndata: [DONE]\n\n")
        }
        write(.body(.byteBuffer(body)))
        conclude(failure: failure)
        end()
    }

    func cut(_ failure: APIFailure, _ remains: Machine.Remains) {
        release(remains)
        conclude(failure: failure)
        context.flush()
        connection.exchangeAbandoned()
        context.close(promise: nil)
    }

    func abandon(_ remains: Machine.Remains) {
        release(remains)
        conclude()
        connection.exchangeAbandoned()
    }

    private func end() {
        let written = closes || connection.isClosing ? context.eventLoop.makePromise(of: Void.self) : nil
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)), promise: written)
        connection.exchangeEnded(written: written?.futureResult, context: context)
    }

    private func write(_ framed: ClientResponseHead.Framed) {
        closes = framed.closes
        write(.head(framed.head))
    }

    private func write(_ part: HTTPServerResponsePart) {
        context.write(NIOAny(part), promise: nil)
    }
}

extension HTTPResponseHead {
    /// Whether its body can follow in an event stream whose head was made by us.
    fileprivate var isPlainEventStream: Bool {
        status == .ok && headers.first(name: "content-encoding") == nil
            && HeaderName.hasPrefix(headers.first(name: "content-type") ?? "", "text/event-stream")
    }
}

extension APIFailure {
    fileprivate static func upstreamRefused(_ head: HTTPResponseHead) -> APIFailure {
        upstreamRefused(status: Int(head.status.code))
    }
}
