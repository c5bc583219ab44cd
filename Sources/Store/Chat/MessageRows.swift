import Foundation
import GRDB
import Spec

extension Message {
    private static let selection = """
        SELECT m.id, m.conversation_id, m.parent_id, m.role, m.content, m.reasoning, m.tools, m.status, m.failure,
            m.usage, m.model, m.created_at, m.ended_at,
            (SELECT id FROM runs WHERE message_id = m.id) AS run_id,
            (SELECT request_id FROM runs WHERE message_id = m.id) AS request_id,
            (SELECT group_concat(type || ' ' || bytes) FROM (
                SELECT type, bytes FROM pictures p WHERE p.message_id = m.id ORDER BY number
            )) AS pictures,
            (SELECT group_concat(id) FROM (
                SELECT id FROM messages s
                WHERE s.conversation_id = m.conversation_id AND s.parent_id IS m.parent_id ORDER BY id
            )) AS siblings
        """

    /// The rows that `clause` picks of `messages m`, in its order. `prelude` is a `WITH` clause.
    static func fetchCursor(
        _ db: Database, prelude: String = "", _ clause: String, _ arguments: StatementArguments
    ) throws -> some Cursor<Message> {
        let statement = try db.cachedStatement(sql: "\(prelude) \(selection) FROM messages m \(clause)")
        return try Row.fetchCursor(statement, arguments: arguments).map { try Message(row: $0) }
    }

    /// As ``fetchCursor(_:prelude:_:_:)``, all of them.
    static func fetchAll(
        _ db: Database, prelude: String = "", _ clause: String, _ arguments: StatementArguments
    ) throws -> [Message] {
        try Array(fetchCursor(db, prelude: prelude, clause, arguments))
    }

    /// Throws ``ChatError/notFound`` when the conversation has no such message.
    static func fetch(_ db: Database, id: MessageID, in conversation: ConversationID) throws -> Message {
        let found = try fetchAll(db, "WHERE m.id = ? AND m.conversation_id = ?", [id, conversation])
        guard let message = found.first else { throw ChatError.notFound }
        return message
    }

    /// The ids from `:leaf` up to the root, at most `:limit`, as the table `path`.
    static let pathPrelude = """
        WITH RECURSIVE path (id, parent_id) AS (
            SELECT id, parent_id FROM messages WHERE id = :leaf
            UNION ALL
            SELECT up.id, up.parent_id FROM path JOIN messages up ON up.id = path.parent_id
            LIMIT :limit
        )
        """

    /// The path from the root down to `leaf`, oldest first. Empty without a leaf.
    static func fetchBranch(_ db: Database, endingAt leaf: MessageID?) throws -> [Message] {
        // A parent is older than its child, so the order of ids is the order of the path.
        try fetchAll(
            db, prelude: pathPrelude, "JOIN path ON path.id = m.id ORDER BY m.id", ["leaf": leaf, "limit": Int.max])
    }

    private init(row: Row) throws {
        self.init(
            id: row["id"], conversation: row["conversation_id"], parent: row["parent_id"],
            role: try Self.word(row["role"]), content: String(decoding: row["content"] as Data, as: UTF8.self),
            pictures: Self.facts(row["pictures"]),
            reasoning: String(decoding: row["reasoning"] as Data, as: UTF8.self),
            tools: try MessageJSON.decode([ToolCall].self, row["tools"]) ?? [], status: try Self.word(row["status"]),
            failure: try MessageJSON.decode(MessageFailure.self, row["failure"]),
            usage: try MessageJSON.decode(TokenUsage.self, row["usage"]), model: row["model"], run: row["run_id"],
            requestID: row["request_id"], createdAt: Timestamp(milliseconds: row["created_at"]),
            endedAt: (row["ended_at"] as Int64?).map(Timestamp.init(milliseconds:)),
            siblings: (row["siblings"] as String).split(separator: ",").compactMap { MessageID($0) })
    }

    /// Of `image/png 512,image/gif 77`.
    private static func facts(_ text: String?) -> [Picture.Facts] {
        (text ?? "").split(separator: ",").compactMap { entry in
            let parts = entry.split(separator: " ")
            guard parts.count == 2, let format = Picture.Format(rawValue: String(parts[0])), let bytes = Int(parts[1])
            else { return nil }
            return Picture.Facts(format: format, byteCount: bytes)
        }
    }

    /// The schema allows only the words of the type.
    private static func word<Word: RawRepresentable<String>>(_ text: String) throws -> Word {
        guard let word = Word(rawValue: text) else { throw DatabaseError(message: "unknown word \(text)") }
        return word
    }
}

/// The parts of a message that are kept as JSON text, which has no NUL.
enum MessageJSON {
    /// nil for an empty list and for nil.
    static func encode(_ tools: [ToolCall]) throws -> String? {
        tools.isEmpty ? nil : String(decoding: try JSONEncoder().encode(tools), as: UTF8.self)
    }

    static func encode(_ value: (some Encodable)?) throws -> String? {
        try value.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String?) throws -> Value? {
        try text.map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
}

extension Database {
    /// Adds a message below `message.parent`, which can be found unless a run still writes it; its id, siblings and run
    /// are not read. Returns the new id.
    func insert(_ message: Message, owner: UserID) throws -> MessageID {
        try execute(
            sql: """
                INSERT INTO messages (conversation_id, parent_id, role, status, created_at, ended_at, model, tools,
                    failure, usage, content, reasoning)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                message.conversation, message.parent, message.role.rawValue, message.status.rawValue,
                message.createdAt.milliseconds, message.endedAt?.milliseconds, message.model,
                try MessageJSON.encode(message.tools), try MessageJSON.encode(message.failure),
                try MessageJSON.encode(message.usage), Data(message.content.utf8), Data(message.reasoning.utf8),
            ])
        let id = lastInsertedRowID
        if message.status != .running {
            try SearchIndex.add(.message(id), owner: owner, message.content, to: self)
        }
        return id
    }
}
