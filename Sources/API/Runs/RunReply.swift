import Spec

/// One run as its user sees it. Times are whole seconds since 1970.
struct RunReply: Encodable {
    var id: RunID
    var conversationId: ConversationID
    var messageId: MessageID
    var status: Run.Status
    var startedAt: Int64
    var endedAt: Nullable<Int64>

    init(_ run: Run) {
        id = run.id
        conversationId = run.conversation
        messageId = run.message
        status = run.status
        startedAt = run.startedAt.wholeSeconds
        endedAt = Nullable(run.endedAt?.wholeSeconds)
    }
}
