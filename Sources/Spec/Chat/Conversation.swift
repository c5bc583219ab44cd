/// Row id of a conversation, message or run. Never reused.
package typealias ConversationID = Int64
package typealias MessageID = Int64
package typealias RunID = Int64

/// One chat of a user with a backend. Its messages form a tree: an edited or regenerated message is a sibling, and
/// `head` names the leaf of the branch that is shown and continued.
package struct Conversation: Sendable, Hashable {
    package let id: ConversationID
    package let owner: UserID
    package let backend: String
    /// Number of the chat within (owner, backend), from 1; stable and never given twice.
    package let number: Int64
    package var model: String
    /// Empty until the first message of the user or a rename.
    package var title: String
    package var isPinned: Bool
    package var head: MessageID?
    package var createdAt: Timestamp
    /// Of the newest message or edit; lists are sorted by it.
    package var updatedAt: Timestamp
    /// All branches together.
    package var messageCount: Int
    /// The run that writes into it now.
    package var activeRun: RunID?

    package init(
        id: ConversationID, owner: UserID, backend: String, number: Int64, model: String, title: String = "",
        isPinned: Bool = false, head: MessageID? = nil, createdAt: Timestamp, updatedAt: Timestamp,
        messageCount: Int = 0, activeRun: RunID? = nil
    ) {
        self.id = id
        self.owner = owner
        self.backend = backend
        self.number = number
        self.model = model
        self.title = title
        self.isPinned = isPinned
        self.head = head
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.messageCount = messageCount
        self.activeRun = activeRun
    }
}
