import Spec

/// One message as its user sees it. Times are whole seconds since 1970.
struct MessageReply: Encodable {
    var id: MessageID
    var conversationId: ConversationID
    var parentId: Nullable<MessageID>
    var role: Message.Role
    var content: String
    var reasoning: String
    var tools: [ToolCallReply]
    var status: Message.Status
    var error: Nullable<MessageFailureReply>
    var usage: Nullable<UsageReply>
    var model: Nullable<String>
    var runId: Nullable<RunID>
    var requestId: Nullable<String>
    var createdAt: Int64
    var endedAt: Nullable<Int64>
    var durationMs: Nullable<Int64>
    /// The messages with the same parent in order, itself included.
    var siblings: [MessageID]

    init(_ message: Message) {
        id = message.id
        conversationId = message.conversation
        parentId = Nullable(message.parent)
        role = message.role
        content = message.content
        reasoning = message.reasoning
        tools = message.tools.map(ToolCallReply.init)
        status = message.status
        error = Nullable(message.failure.map(MessageFailureReply.init))
        usage = Nullable(message.usage.map(UsageReply.init))
        model = Nullable(message.model)
        runId = Nullable(message.run)
        requestId = Nullable(message.requestID)
        createdAt = message.createdAt.wholeSeconds
        endedAt = Nullable(message.endedAt?.wholeSeconds)
        durationMs = Nullable(message.endedAt.map { max(0, ($0 - message.createdAt).wholeMilliseconds) })
        siblings = message.siblings
    }
}

struct ToolCallReply: Codable {
    var id: String
    var name: String
    var arguments: String
    var output: Nullable<String>
    var status: ToolCall.Status
    var startedAt: Int64
    var endedAt: Nullable<Int64>
    var durationMs: Nullable<Int64>

    init(_ call: ToolCall) {
        id = call.id
        name = call.name
        arguments = call.arguments
        output = Nullable(call.output)
        status = call.status
        startedAt = call.startedAt.wholeSeconds
        endedAt = Nullable(call.endedAt?.wholeSeconds)
        durationMs = Nullable(call.endedAt.map { max(0, ($0 - call.startedAt).wholeMilliseconds) })
    }
}

struct MessageFailureReply: Codable {
    var status: Int
    var code: String
    var message: String
    var detail: Nullable<String>
    var requestId: String
    var retryAfterSeconds: Nullable<Int>

    init(_ failure: MessageFailure) {
        status = failure.status
        code = failure.code
        message = failure.message
        detail = Nullable(failure.detail)
        requestId = failure.requestID
        retryAfterSeconds = Nullable(failure.retryAfterSeconds)
    }
}

struct UsageReply: Codable {
    var promptTokens: Int
    var completionTokens: Int
    var totalTokens: Int

    init(_ usage: TokenUsage) {
        promptTokens = usage.prompt
        completionTokens = usage.completion
        totalTokens = usage.total
    }
}
