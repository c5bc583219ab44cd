import NIOCore
import Spec

/// What an answer got since it was looked at last.
enum AnswerDelta: Equatable {
    /// `offset` is the length of the text before it, in UTF-16 units as JavaScript counts.
    case content(offset: Int, String)
    case reasoning(offset: Int, String)
    /// A tool call as it is now.
    case tool(ToolCall)
}

/// How an answer ended, as far as the runner's response tells.
enum AnswerEnd: Equatable {
    case complete
    case failed(AnswerFailure)
}

/// Reads a runner's response to a chat request, however its bytes arrive: an event stream, one JSON object although a
/// stream was asked for, or an error.
///
/// Synchronous and without a clock. Holds everything that was read, within ``AnswerLimits``.
struct AnswerReader {
    private enum Body {
        case events(EventStreamReader)
        case object([UInt8])
        /// Of an error status; only its beginning is kept.
        case refusal([UInt8])
    }

    private(set) var answer = AnswerSoFar()
    /// Set once nothing more is to be read, which may be before the body ends.
    private(set) var end: AnswerEnd?

    private let head: AnswerHead
    private let limits: AnswerLimits
    private var body: Body
    private var tools = AnswerTools()
    /// In UTF-16 units.
    private var contentLength = 0
    private var reasoningLength = 0
    private var finishReason: String?
    private var wasUnderstood = false

    init(_ head: AnswerHead, limits: AnswerLimits = AnswerLimits()) {
        self.head = head
        self.limits = limits
        body =
            !(200..<300).contains(head.status)
            ? .refusal([]) : head.isEventStream ? .events(EventStreamReader(longest: limits.eventBytes)) : .object([])
    }

    /// What these bytes add. Nothing once ``end`` is set.
    mutating func read(_ bytes: ByteBuffer, at now: Timestamp) -> [AnswerDelta] {
        guard end == nil else { return [] }
        let view = bytes.readableBytesView
        switch body {
        case .events(var reader):
            // Taken out while it is changed, so that its buffers are not copied.
            body = .object([])
            defer { body = .events(reader) }
            do throws(EventStreamReader.TooLong) {
                return take(try reader.read(view), at: now)
            } catch {
                return fail(.tooLarge, at: now)
            }
        case .object(var collected):
            guard collected.count + view.count <= limits.objectBytes else { return fail(.tooLarge, at: now) }
            body = .object([])
            collected += view
            body = .object(collected)
        case .refusal(let collected):
            body = .refusal(collected + view.prefix(limits.refusalBytes - collected.count))
        }
        return []
    }

    /// The body ended. What its end adds; ``end`` is set afterwards.
    mutating func finish(at now: Timestamp) -> [AnswerDelta] {
        guard end == nil else { return [] }
        switch body {
        case .events(var reader):
            let deltas = take(reader.finish().map { [$0] } ?? [], at: now)
            return deltas + (end == nil ? close(at: now) : [])
        case .object(let bytes):
            guard let chunk = ChatChunk(bytes) else { return fail(.malformed(bytes), at: now) }
            let deltas = take(chunk, at: now)
            // A whole answer needs no word about its end.
            finishReason = finishReason ?? "stop"
            return deltas + (end == nil ? close(at: now) : [])
        case .refusal(let bytes):
            return fail(.refused(head, body: bytes), at: now)
        }
    }

    /// The answer is over without an end of its own: stopped, interrupted, cut off. What was running is so no more.
    mutating func abandon(at now: Timestamp) -> [AnswerDelta] {
        guard end == nil else { return [] }
        return settle(as: .failed, at: now)
    }

    // MARK: Events

    private mutating func take(_ events: [EventStreamReader.Event], at now: Timestamp) -> [AnswerDelta] {
        var deltas: [AnswerDelta] = []
        for event in events where end == nil {
            for delta in take(event, at: now) { deltas.append(merging: delta) }
        }
        return deltas
    }

    private mutating func take(_ event: EventStreamReader.Event, at now: Timestamp) -> [AnswerDelta] {
        if event.data.elementsEqual("[DONE]".utf8) { return close(at: now, isSaid: true) }
        switch event.type {
        case nil, "", "message":
            return ChatChunk(event.data).map { take($0, at: now) } ?? []
        case "error":
            let error = ChatChunk(event.data)?.error?.message ?? String(decoding: event.data, as: UTF8.self)
            return fail(.reported(error), at: now)
        default:
            // A runtime's own; only what tells of a tool is known.
            guard let progress = ToolProgress(event.data), let call = tools.take(progress, at: now) else { return [] }
            answer.tools = tools.calls
            return [.tool(call)]
        }
    }

    private mutating func take(_ chunk: ChatChunk, at now: Timestamp) -> [AnswerDelta] {
        if let usage = chunk.usage { take(usage) }
        var deltas: [AnswerDelta] = []
        for choice in chunk.choices where choice.index == 0 {
            wasUnderstood = true
            deltas += take(choice.part, at: now)
            if let reason = choice.finishReason { finishReason = reason }
        }
        if let error = chunk.error { return deltas + fail(.reported(error), at: now) }
        let bytes = answer.content.utf8.count + answer.reasoning.utf8.count
        return bytes > limits.textBytes ? deltas + fail(.tooLarge, at: now) : deltas
    }

    private mutating func take(_ part: ChatChunk.Part, at now: Timestamp) -> [AnswerDelta] {
        var deltas: [AnswerDelta] = []
        if !part.reasoning.isEmpty {
            deltas.append(.reasoning(offset: reasoningLength, part.reasoning))
            answer.reasoning += part.reasoning
            reasoningLength += part.reasoning.utf16.count
        }
        if !part.content.isEmpty {
            deltas += tools.textWentOn(at: now).map { .tool($0) }
            deltas.append(.content(offset: contentLength, part.content))
            answer.content += part.content
            contentLength += part.content.utf16.count
        }
        deltas += part.tools.compactMap { tools.take($0, at: now) }.map { .tool($0) }
        answer.tools = tools.calls
        return deltas
    }

    private mutating func take(_ usage: ChatChunk.Usage) {
        let prompt = max(0, usage.promptTokens ?? 0)
        let completion = max(0, usage.completionTokens ?? 0)
        let total = max(0, usage.totalTokens ?? prompt.addingReportingOverflow(completion).partialValue)
        answer.usage = TokenUsage(prompt: prompt, completion: completion, total: total)
    }

    // MARK: Ends

    /// `isSaid`: the stream said `[DONE]`. Without it a finish reason is enough, and without both the answer was cut.
    private mutating func close(at now: Timestamp, isSaid: Bool = false) -> [AnswerDelta] {
        if finishReason == "error" || head.saysFailed { return fail(.unfinishedTurn, at: now) }
        guard isSaid || finishReason != nil else {
            return fail(wasUnderstood ? .cutOff : .empty, at: now)
        }
        end = .complete
        return settle(as: .done, at: now)
    }

    private mutating func fail(_ failure: AnswerFailure, at now: Timestamp) -> [AnswerDelta] {
        end = .failed(failure)
        return settle(as: .failed, at: now)
    }

    private mutating func settle(as status: ToolCall.Status, at now: Timestamp) -> [AnswerDelta] {
        let changed = tools.answerEnded(as: status, at: now)
        answer.tools = tools.calls
        return changed.map { .tool($0) }
    }
}

/// How much of an answer is taken, in bytes. Beyond it the answer fails, with what came before kept.
struct AnswerLimits {
    /// Content and reasoning together.
    var textBytes = 4 << 20
    /// One event of a stream.
    var eventBytes = 1 << 20
    /// An answer that comes as one JSON object.
    var objectBytes = 8 << 20
    /// What is kept of an error's body.
    var refusalBytes = 16 << 10
}

extension [AnswerDelta] {
    /// Joins pieces of one text, so that a burst of small chunks is told once.
    fileprivate mutating func append(merging delta: AnswerDelta) {
        switch (last, delta) {
        case (.content(let offset, let text), .content(_, let more)):
            self[count - 1] = .content(offset: offset, text + more)
        case (.reasoning(let offset, let text), .reasoning(_, let more)):
            self[count - 1] = .reasoning(offset: offset, text + more)
        default: append(delta)
        }
    }
}
