import GRDB
package import Spec

extension Store {
    package func run(_ id: RunID, owner: UserID) async throws -> Run? {
        try await pool.read { try Run.fetch($0, id: id, owner: owner) }
    }

    package func runWithAnswer(_ id: RunID, owner: UserID) async throws -> (run: Run, answer: Message)? {
        try await pool.read { db in
            guard let run = try Run.fetch(db, id: id, owner: owner) else { return nil }
            return (run, try Message.fetch(db, id: run.message, in: run.conversation))
        }
    }

    package func conversation(_ id: ConversationID, owner: UserID) async throws -> Conversation {
        try await pool.read { try Conversation.fetch($0, id: id, owner: owner) }
    }
}

extension Run {
    /// nil when it is not this user's.
    fileprivate static func fetch(_ db: Database, id: RunID, owner: UserID) throws -> Run? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT runs.* FROM runs JOIN conversations c ON c.id = runs.conversation_id
                WHERE runs.id = ? AND c.user_id = ?
                """, arguments: [id, owner])
        guard let row, let status = Status(rawValue: row["status"]) else { return nil }
        return Run(
            id: row["id"], conversation: row["conversation_id"], message: row["message_id"], status: status,
            startedAt: Timestamp(milliseconds: row["started_at"]),
            endedAt: (row["ended_at"] as Int64?).map(Timestamp.init(milliseconds:)))
    }
}
