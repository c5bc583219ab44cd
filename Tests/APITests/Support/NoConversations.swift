import Spec

/// There are no conversations.
struct NoConversations: ConversationKeeping {
    func createConversation(_ new: NewConversation, owner: UserID) async throws -> Conversation {
        throw ChatError.notFound
    }

    func conversation(_ id: ConversationID, owner: UserID) async throws -> Conversation { throw ChatError.notFound }

    func conversations(
        _ filter: ConversationFilter, before: ConversationCursor?, limit: Int, owner: UserID
    ) async throws -> ConversationPage {
        ConversationPage(conversations: [], next: nil)
    }

    func picture(_ number: Int, of message: MessageID, owner: UserID) async throws -> Picture {
        throw ChatError.notFound
    }

    func pictureTag(_ number: Int, of message: MessageID, owner: UserID) async throws -> String {
        throw ChatError.notFound
    }

    func conversationIDs(owner: UserID) async throws -> [ConversationID] { [] }

    func editConversation(_ id: ConversationID, _ edit: ConversationEdit, owner: UserID) async throws -> Conversation {
        throw ChatError.notFound
    }

    func deleteConversation(_ id: ConversationID, owner: UserID) async throws { throw ChatError.notFound }

    func messages(
        of id: ConversationID, on path: MessagePath, before: MessageID?, limit: Int, owner: UserID
    ) async throws -> MessagePage {
        throw ChatError.notFound
    }

    func messages(of id: ConversationID, after: MessageID?, limit: Int, owner: UserID) async throws -> [Message] {
        throw ChatError.notFound
    }

    func shownBranch(of id: ConversationID, owner: UserID) async throws -> [MessageID] { throw ChatError.notFound }

    func appendMessage(_ new: NewMessage, to id: ConversationID, owner: UserID) async throws -> Message {
        throw ChatError.notFound
    }

    func editMessage(
        _ message: MessageID, of id: ConversationID, content: String, owner: UserID
    ) async throws -> Message {
        throw ChatError.notFound
    }

    func deleteMessage(_ message: MessageID, of id: ConversationID, owner: UserID) async throws {
        throw ChatError.notFound
    }

    func search(
        _ query: SearchQuery, before: SearchCursor?, limit: Int, owner: UserID
    ) async throws -> SearchPage {
        SearchPage(hits: [], next: nil)
    }

    func importConversations(_ archives: [ConversationArchive], owner: UserID) async throws -> [Conversation] {
        throw ChatError.notFound
    }
}
