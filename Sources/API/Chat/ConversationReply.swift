import Spec

/// One conversation as its user sees it. Times are whole seconds since 1970.
struct ConversationReply: Encodable {
    var id: ConversationID
    var seq: Int64
    var backend: String
    var model: String
    var title: String
    var pinned: Bool
    var head: Nullable<MessageID>
    var createdAt: Int64
    var updatedAt: Int64
    var messageCount: Int
    var activeRun: Nullable<RunID>

    init(_ conversation: Conversation) {
        id = conversation.id
        seq = conversation.number
        backend = conversation.backend
        model = conversation.model
        title = conversation.title
        pinned = conversation.isPinned
        head = Nullable(conversation.head)
        createdAt = conversation.createdAt.wholeSeconds
        updatedAt = conversation.updatedAt.wholeSeconds
        messageCount = conversation.messageCount
        activeRun = Nullable(conversation.activeRun)
    }
}
