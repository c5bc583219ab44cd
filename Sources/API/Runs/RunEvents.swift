import Spec

/// Payload of ``EventKind/run``.
struct RunEvent: Encodable {
    var run: RunReply
    var message: MessageReply
    var question: MessageReply?
}

/// Payload of ``EventKind/runDelta``, ``EventKind/runReasoning`` and ``EventKind/runTool``.
struct DeltaEvent: Encodable {
    var runId: RunID
    var conversationId: ConversationID
    var messageId: MessageID
    var offset: Int?
    var content: String?
    var tool: ToolCallReply?

    init(_ delta: AnswerDelta, of live: LiveRun) {
        runId = live.id
        conversationId = live.conversation
        messageId = live.begun.answer.id
        switch delta {
        case .content(let offset, let text), .reasoning(let offset, let text): (self.offset, content) = (offset, text)
        case .tool(let call): tool = ToolCallReply(call)
        }
    }
}

extension AnswerDelta {
    var kind: EventKind {
        switch self {
        case .content: .runDelta
        case .reasoning: .runReasoning
        case .tool: .runTool
        }
    }
}
