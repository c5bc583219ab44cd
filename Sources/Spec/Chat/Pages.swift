/// A place in the list of conversations: everything after it has older activity. Prints as `<milliseconds>.<id>`.
package struct ConversationCursor: Sendable, Hashable, CustomStringConvertible {
    package let updatedAt: Timestamp
    package let id: ConversationID

    package init(_ conversation: Conversation) {
        updatedAt = conversation.updatedAt
        id = conversation.id
    }

    /// nil when the text was not printed by a cursor.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = ConversationID(parts[1]) else {
            return nil
        }
        (updatedAt, self.id) = (Timestamp(milliseconds: milliseconds), id)
    }

    package var description: String { "\(updatedAt.milliseconds).\(id)" }
}

package struct ConversationPage: Sendable {
    package var conversations: [Conversation]
    /// Where the next page begins; nil after the last.
    package var next: ConversationCursor?

    package init(conversations: [Conversation], next: ConversationCursor?) {
        self.conversations = conversations
        self.next = next
    }
}

package struct MessagePage: Sendable {
    package var conversation: Conversation
    /// Oldest first.
    package var messages: [Message]
    /// The messages before this one are the next page; nil when there are none.
    package var next: MessageID?

    package init(conversation: Conversation, messages: [Message], next: MessageID?) {
        self.conversation = conversation
        self.messages = messages
        self.next = next
    }
}
