/// A conversation outside the database, as an export holds it. Ids are only good within it.
package struct ConversationArchive: Sendable, Hashable {
    package var backend: String
    package var model: String
    package var title: String
    package var isPinned: Bool
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    /// One of `messages`; nil for the newest.
    package var head: MessageID?
    /// A parent comes before its children.
    package var messages: [Message]
    /// By the message that they belong to.
    package var pictures: [MessageID: [Picture]]

    package init(
        backend: String, model: String, title: String, isPinned: Bool, createdAt: Timestamp, updatedAt: Timestamp,
        head: MessageID?, messages: [Message], pictures: [MessageID: [Picture]] = [:]
    ) {
        self.backend = backend
        self.model = model
        self.title = title
        self.isPinned = isPinned
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.head = head
        self.messages = messages
        self.pictures = pictures
    }
}
