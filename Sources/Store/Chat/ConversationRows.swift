import Foundation
import GRDB
import Spec

extension Conversation {
    private static let selection = """
        SELECT c.id, c.user_id, c.backend, c.number, c.model, c.title, c.is_pinned, c.head, c.created_at, c.updated_at,
            c.message_count, r.id AS run_id
        FROM conversations c LEFT JOIN runs r ON r.conversation_id = c.id AND r.ended_at IS NULL
        """

    /// The rows that `clause` picks of `conversations c`, in its order.
    static func fetchAll(_ db: Database, _ clause: String, _ arguments: StatementArguments) throws -> [Conversation] {
        try Row.fetchAll(db.cachedStatement(sql: "\(selection) \(clause)"), arguments: arguments)
            .map(Conversation.init(row:))
    }

    /// Throws ``ChatError/notFound`` when it is not this user's.
    static func fetch(_ db: Database, id: ConversationID, owner: UserID) throws -> Conversation {
        guard let found = try fetchAll(db, "WHERE c.id = ? AND c.user_id = ?", [id, owner]).first else {
            throw ChatError.notFound
        }
        return found
    }

    private init(row: Row) {
        self.init(
            id: row["id"], owner: row["user_id"], backend: row["backend"], number: row["number"], model: row["model"],
            title: row["title"], isPinned: row["is_pinned"], head: row["head"],
            createdAt: Timestamp(milliseconds: row["created_at"]),
            updatedAt: Timestamp(milliseconds: row["updated_at"]), messageCount: row["message_count"],
            activeRun: row["run_id"])
    }
}

extension Database {
    /// Shows the branch that ends at `head` from now on, and puts the conversation first in the list.
    func moveHead(of conversation: ConversationID, to head: MessageID?, at now: Timestamp) throws {
        try execute(
            sql: "UPDATE conversations SET head = ?, updated_at = max(updated_at, ?) WHERE id = ?",
            arguments: [head, now.milliseconds, conversation])
    }

    /// Gives a conversation without a title the beginning of its first message of the user.
    func titleIfUntitled(_ conversation: Conversation) throws {
        guard conversation.title.isEmpty else { return }
        let first = try Data.fetchOne(
            self,
            sql: """
                SELECT content FROM messages WHERE conversation_id = ? AND role = 'user' AND length(content) > 0
                ORDER BY id LIMIT 1
                """,
            arguments: [conversation.id])
        guard let first else { return }
        try setTitle(Title.automatic(from: String(decoding: first, as: UTF8.self)), of: conversation)
    }

    /// Keeps the search index in step; `conversation` is the row as it is now.
    func setTitle(_ title: String, of conversation: Conversation) throws {
        try SearchIndex.remove(.title(of: conversation.id), owner: conversation.owner, conversation.title, from: self)
        try execute(sql: "UPDATE conversations SET title = ? WHERE id = ?", arguments: [title, conversation.id])
        try SearchIndex.add(.title(of: conversation.id), owner: conversation.owner, title, to: self)
    }
}
