import Glibc
import NIOCore
import NIOHTTP1

/// Carries out a ``Reply`` that the agent gives itself.
final class Echo: Chat {
    private let request: ChatRequest
    private let reply: Reply
    private let responder: Responder
    private let format: any AnswerFormat
    /// The next step; it keeps the chat alive until it ran.
    private var timer: Scheduled<Void>?
    private var sentParts = 0

    /// What only chat completions have words for.
    private var completion: Completion? { format as? Completion }

    init(request: ChatRequest, reply: Reply, format: any AnswerFormat, responder: Responder) {
        self.request = request
        self.reply = reply
        self.responder = responder
        self.format = format
    }

    func start() {
        guard reply.delay > .zero else { return act() }
        schedule(in: reply.delay) { $0.act() }
    }

    func clientLeft() {
        guard let timer else { return }
        timer.cancel()
        if case .say(let parts, _) = reply.act { log("client left after \(sentParts) of \(parts.count) chunks") }
    }

    func clientIsReading(_ isReading: Bool) {}

    private func act() {
        timer = nil
        switch reply.act {
        case .say(let parts, let interval): request.isStream ? stream(parts, interval) : answer(parts, interval)
        case .fail(let status):
            responder.failure(HTTPResponseStatus(statusCode: status), "as told: \(status)", type: "server_error")
        case .exit(let code):
            log("exit \(code), as told")
            _exit(code)
        case .relay, .hang: break
        }
    }

    private func answer(_ parts: [String], _ interval: TimeAmount) {
        let wait = interval * (parts.count - 1)
        guard wait > .zero else { return sayAll(parts) }
        schedule(in: wait) {
            $0.timer = nil
            $0.sayAll(parts)
        }
    }

    private func sayAll(_ parts: [String]) {
        var body = ByteBuffer()
        format.whole(parts.joined(), into: &body)
        responder.whole(.ok, body)
    }

    private func stream(_ parts: [String], _ interval: TimeAmount) {
        var body = ByteBuffer()
        format.opening(into: &body)
        if reply.thinks { completion?.reasoning("Let me think. ", into: &body) }
        if let tool = reply.tool { completion?.toolEvents(tool, into: &body) }
        responder.streamHead()
        responder.write(body)
        next(parts, interval, due: .now())
    }

    /// Sends the next part, and plans the one after by the time it is due, so that delays do not add up.
    private func next(_ parts: [String], _ interval: TimeAmount, due: NIODeadline) {
        timer = nil
        var body = ByteBuffer()
        if breaksHere(&body) {
            responder.write(body)
            return responder.end()
        }
        repeat {
            format.chunk(parts[sentParts], into: &body)
            sentParts += 1
        } while interval == .zero && sentParts < parts.count && reply.end == nil
        guard sentParts < parts.count else {
            format.closing(parts.joined(), into: &body)
            responder.write(body)
            return responder.end()
        }
        responder.write(body)
        responder.flush()
        let due = due + interval
        schedule(in: due - .now()) { $0.next(parts, interval, due: due) }
    }

    /// Whether the stream ends here, as told.
    private func breaksHere(_ body: inout ByteBuffer) -> Bool {
        switch reply.end {
        case .error(after: sentParts):
            completion?.failure("broken, as told", into: &body)
            return true
        case .cut(after: sentParts): return true
        default: return false
        }
    }

    private func schedule(in delay: TimeAmount, _ step: @escaping (Echo) -> Void) {
        timer = responder.context.eventLoop.assumeIsolated().scheduleTask(in: delay) { step(self) }
    }
}
