/// A user's conversations. Whatever is not `owner`'s is not there: each call that names a conversation or message
/// throws ``ChatError/notFound`` for it. Each changing call is one transaction.
package protocol ConversationKeeping: PictureReading {
    func createConversation(_ new: NewConversation, owner: UserID) async throws -> Conversation
    func conversation(_ id: ConversationID, owner: UserID) async throws -> Conversation
    /// Newest activity first.
    func conversations(
        _ filter: ConversationFilter, before: ConversationCursor?, limit: Int, owner: UserID
    ) async throws -> ConversationPage
    /// Every conversation, oldest first.
    func conversationIDs(owner: UserID) async throws -> [ConversationID]
    func editConversation(_ id: ConversationID, _ edit: ConversationEdit, owner: UserID) async throws -> Conversation
    /// With its messages and runs. When it returns, the database files hold no text of it.
    func deleteConversation(_ id: ConversationID, owner: UserID) async throws

    /// The messages of a conversation just before `before`, or the last ones; fewer than `limit` when they are long.
    func messages(
        of id: ConversationID, on path: MessagePath, before: MessageID?, limit: Int, owner: UserID
    ) async throws -> MessagePage
    /// The next messages of all branches in the order of their ids; empty after the last. Fewer than `limit` when they
    /// are long.
    func messages(
        of id: ConversationID, after: MessageID?, limit: Int, owner: UserID
    ) async throws -> [Message]
    /// Ids of the shown branch, oldest first.
    func shownBranch(of id: ConversationID, owner: UserID) async throws -> [MessageID]
    /// Throws ``ChatError/tooLarge``.
    func appendMessage(_ new: NewMessage, to id: ConversationID, owner: UserID) async throws -> Message
    /// Adds a sibling with other text and shows its branch; the message itself stays as it is. Throws
    /// ``ChatError/tooLarge``, ``ChatError/wrongRole(_:)`` for an error.
    func editMessage(
        _ message: MessageID, of id: ConversationID, content: String, owner: UserID
    ) async throws -> Message
    /// Its children move up to its parent. Throws ``ChatError/runActive(_:)`` for an answer being written.
    func deleteMessage(_ message: MessageID, of id: ConversationID, owner: UserID) async throws

    /// Titles first, then messages, each newest first.
    func search(
        _ query: SearchQuery, before: SearchCursor?, limit: Int, owner: UserID
    ) async throws -> SearchPage
    /// Adds all of them with new ids and numbers, or none.
    func importConversations(_ archives: [ConversationArchive], owner: UserID) async throws -> [Conversation]
}

package struct NewConversation: Sendable, Hashable {
    package var backend: String
    package var model: String
    /// Empty: taken from the first message of the user.
    package var title: String

    package init(backend: String, model: String, title: String = "") {
        self.backend = backend
        self.model = model
        self.title = title
    }
}

/// Which conversations to list; nil means any.
package struct ConversationFilter: Sendable, Hashable {
    package var backend: String?
    package var number: Int64?
    package var isPinned: Bool?

    package init(backend: String? = nil, number: Int64? = nil, isPinned: Bool? = nil) {
        self.backend = backend
        self.number = number
        self.isPinned = isPinned
    }
}

/// What to change; nil leaves it.
package struct ConversationEdit: Sendable, Hashable {
    /// Empty: taken from the first message of the user again.
    package var title: String?
    package var isPinned: Bool?
    package var model: String?
    /// The branch to show: the newest leaf below this message is taken.
    package var head: MessageID?

    package init(title: String? = nil, isPinned: Bool? = nil, model: String? = nil, head: MessageID? = nil) {
        self.title = title
        self.isPinned = isPinned
        self.model = model
        self.head = head
    }
}

package struct NewMessage: Sendable, Hashable {
    package var role: Message.Role
    package var content: String
    /// nil: below the head.
    package var parent: MessageID?

    package init(role: Message.Role, content: String, parent: MessageID? = nil) {
        self.role = role
        self.content = content
        self.parent = parent
    }
}

/// Which messages of the tree.
package enum MessagePath: Sendable, Hashable {
    case shownBranch
    case allBranches
}
