import NIOCore
import Spec
import Synchronization

/// A run that is not over, as this process holds it: what its answer has so far, and how it can be ended.
final class LiveRun: Sendable {
    /// Why it ends before its answer does.
    enum Ending: Sendable {
        /// By its user.
        case stopped
        /// operatord ends.
        case interrupted
        /// Its conversation or user goes away; nothing of it is to be kept.
        case discarded
    }

    private struct State {
        var status = Run.Status.waiting
        /// nil until the runner's response begins.
        var reader: AnswerReader?
        var ending: Ending?
        var task: Task<Void, Never>?
    }

    let begun: BegunRun
    let account: Account
    /// Of the request that began it; the runner gets it too.
    let requestID: String

    private let state = Mutex(State())

    init(_ begun: BegunRun, account: Account, requestID: String) {
        self.begun = begun
        self.account = account
        self.requestID = requestID
    }

    var id: RunID { begun.run.id }
    var conversation: ConversationID { begun.run.conversation }
    var answer: AnswerSoFar { state.withLock { $0.reader?.answer ?? AnswerSoFar() } }
    var ending: Ending? { state.withLock { $0.ending } }

    /// The run as it is now.
    var run: Run {
        var run = begun.run
        run.status = state.withLock { $0.status }
        return run
    }

    /// The answer as it is now, text that is not saved yet included.
    var message: Message { begun.answer.showing(answer) }

    // MARK: Its life

    /// Called once.
    func start(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.task = Task { await work() }
            if state.ending != nil { state.task?.cancel() }
        }
    }

    /// Ends it soon; the first reason holds.
    func end(_ ending: Ending) {
        let task = state.withLock { state in
            state.ending = state.ending ?? ending
            return state.task
        }
        task?.cancel()
    }

    /// Returns when it is over and written down.
    func finished() async {
        await state.withLock { $0.task }?.value
    }

    /// The runner has the request.
    func becomeRunning() {
        state.withLock { $0.status = .running }
    }

    // MARK: Its answer

    func answerBegins(_ head: AnswerHead) {
        state.withLock { $0.reader = AnswerReader(head) }
    }

    /// What these bytes add, and whether nothing more is to be read.
    func read(_ bytes: ByteBuffer, at now: Timestamp) -> (deltas: [AnswerDelta], isOver: Bool) {
        state.withLock { ($0.reader?.read(bytes, at: now) ?? [], $0.reader?.end != nil) }
    }

    /// The response ended.
    func readEnd(at now: Timestamp) -> [AnswerDelta] {
        state.withLock { $0.reader?.finish(at: now) ?? [] }
    }

    /// Nothing more of the answer is to come. `end` is nil when it was left before its end.
    func close(at now: Timestamp) -> (deltas: [AnswerDelta], end: AnswerEnd?) {
        state.withLock { ($0.reader?.abandon(at: now) ?? [], $0.reader?.end) }
    }
}

extension Message {
    /// The row with the text that its run has by now, if it is the one that the run writes.
    func showing(_ live: LiveRun?) -> Message {
        guard let live, live.begun.answer.id == id, status == .running else { return self }
        return showing(live.answer)
    }

    fileprivate func showing(_ answer: AnswerSoFar) -> Message {
        var message = self
        message.content = answer.content
        message.reasoning = answer.reasoning
        message.tools = answer.tools
        message.usage = answer.usage
        return message
    }
}
