import Spec

/// One message as its user sees it. Times are whole seconds since 1970.
struct MessageReply: Encodable {
    var id: MessageID
    var conversationId: ConversationID
    var parentId: Nullable<MessageID>
    var role: Message.Role
    var content: String
    /// nil leaves them out.
    var images: [PictureReply]?
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
        images = message.pictures.enumerated().map { PictureReply($1, number: $0, of: message.id) }
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

struct PictureReply: Codable {
    /// A path of the API, or in an export the picture itself as a data URL.
    var url: String
    var type: String
    var bytes: Int

    init(_ facts: Picture.Facts, number: Int, of message: MessageID) {
        url = "/api/messages/\(message)/images/\(number)"
        type = facts.format.rawValue
        bytes = facts.byteCount
    }

    init(_ picture: Picture) {
        url = PictureAddress.of(picture)
        type = picture.format.rawValue
        bytes = picture.content.count
    }
}
