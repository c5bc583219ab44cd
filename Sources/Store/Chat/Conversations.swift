import GRDB
package import Spec

extension Store: ConversationKeeping {
    package func createConversation(_ new: NewConversation, owner: UserID) async throws -> Conversation {
        try await write { [now] db, _ in
            let now = now()
            return try db.insert(
                ConversationArchive(
                    backend: new.backend, model: new.model, title: new.title, isPinned: false, createdAt: now,
                    updatedAt: now, head: nil, messages: []), owner: owner)
        }
    }

    package func conversations(
        _ filter: ConversationFilter, before: ConversationCursor?, limit: Int, owner: UserID
    ) async throws -> ConversationPage {
        var conditions = ["c.user_id = :owner"]
        var arguments: StatementArguments = ["owner": owner, "limit": limit + 1]
        if let backend = filter.backend {
            conditions.append("c.backend = :backend")
            arguments += ["backend": backend]
        }
        if let number = filter.number {
            conditions.append("c.number = :number")
            arguments += ["number": number]
        }
        if let isPinned = filter.isPinned {
            conditions.append("c.is_pinned = :pinned")
            arguments += ["pinned": isPinned]
        }
        if let before {
            conditions.append("(c.updated_at, c.id) < (:updated, :id)")
            arguments += ["updated": before.updatedAt.milliseconds, "id": before.id]
        }
        let clause = """
            WHERE \(conditions.joined(separator: " AND ")) ORDER BY c.updated_at DESC, c.id DESC LIMIT :limit
            """
        let found = try await pool.read { [arguments] in try Conversation.fetchAll($0, clause, arguments) }
        let page = Array(found.prefix(limit))
        return ConversationPage(
            conversations: page, next: found.count > limit ? page.last.map(ConversationCursor.init) : nil)
    }

    package func conversationIDs(owner: UserID) async throws -> [ConversationID] {
        try await pool.read { db in
            try ConversationID.fetchAll(
                db, sql: "SELECT id FROM conversations WHERE user_id = ? ORDER BY id", arguments: [owner])
        }
    }

    package func editConversation(
        _ id: ConversationID, _ edit: ConversationEdit, owner: UserID
    ) async throws -> Conversation {
        try await write { db, _ in
            let conversation = try Conversation.fetch(db, id: id, owner: owner)
            if let title = edit.title {
                try db.setTitle(Title.oneLine(title), of: conversation)
                try db.titleIfUntitled(try Conversation.fetch(db, id: id, owner: owner))
            }
            if let message = edit.head {
                guard let leaf = try db.newestLeaf(below: message, in: id) else { throw ChatError.notFound }
                try db.setHead(of: id, to: leaf)
            }
            try db.execute(
                sql: """
                    UPDATE conversations SET is_pinned = coalesce(?, is_pinned), model = coalesce(?, model) WHERE id = ?
                    """, arguments: [edit.isPinned, edit.model, id])
            return try Conversation.fetch(db, id: id, owner: owner)
        }
    }

    package func deleteConversation(_ id: ConversationID, owner: UserID) async throws {
        let deletion = try await write { db, _ in
            let conversation = try Conversation.fetch(db, id: id, owner: owner)
            try db.unindex(conversation)
            try db.execute(sql: "DELETE FROM conversations WHERE id = ?", arguments: [id])
            return try db.noteDeletionOfText()
        }
        await forget(deletion)
    }
}

extension Database {
    /// Adds a conversation with the next number of its user and backend, and its messages, which get new ids. Of
    /// their pictures see ``requirePictureRoom(for:most:)``.
    func insert(_ archive: ConversationArchive, owner: UserID) throws -> Conversation {
        let number = try Int64.fetchOne(
            self,
            sql: """
                INSERT INTO chat_numbers (user_id, backend, last) VALUES (?, ?, 1)
                ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last
                """, arguments: [owner, archive.backend])
        let title = Title.oneLine(archive.title)
        try execute(
            sql: """
                INSERT INTO conversations (user_id, backend, number, model, title, is_pinned, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                owner, archive.backend, number, archive.model, title, archive.isPinned,
                archive.createdAt.milliseconds, archive.updatedAt.milliseconds,
            ])
        let id = lastInsertedRowID
        try SearchIndex.add(.title(of: id), owner: owner, title, to: self)
        guard !archive.messages.isEmpty else { return try Conversation.fetch(self, id: id, owner: owner) }

        var newIDs: [MessageID: MessageID] = [:]
        for var message in archive.messages {
            let oldID = message.id
            message.conversation = id
            message.parent = message.parent.flatMap { newIDs[$0] }
            let newID = try insert(message, owner: owner)
            newIDs[oldID] = newID
            try insert(archive.pictures[oldID] ?? [], of: newID)
        }
        let head = archive.head.flatMap { newIDs[$0] }
        try setHead(of: id, to: try newestLeaf(below: head, in: id))
        let inserted = try Conversation.fetch(self, id: id, owner: owner)
        try titleIfUntitled(inserted)
        return try Conversation.fetch(self, id: id, owner: owner)
    }

    func setHead(of conversation: ConversationID, to head: MessageID?) throws {
        try execute(sql: "UPDATE conversations SET head = ? WHERE id = ?", arguments: [head, conversation])
    }

    /// The newest message among `message` and everything below it, or of the whole conversation; nil when there is no
    /// such message. A child is newer than its parent, so the newest of a tree is a leaf.
    func newestLeaf(below message: MessageID?, in conversation: ConversationID) throws -> MessageID? {
        guard let message else {
            return try MessageID.fetchOne(
                self, sql: "SELECT max(id) FROM messages WHERE conversation_id = ?", arguments: [conversation])
        }
        return try MessageID.fetchOne(
            self,
            sql: """
                WITH RECURSIVE below (id) AS (
                    SELECT id FROM messages WHERE id = :message AND conversation_id = :conversation
                    UNION ALL
                    SELECT m.id FROM below JOIN messages m ON m.conversation_id = :conversation AND m.parent_id = below.id
                )
                SELECT max(id) FROM below
                """, arguments: ["message": message, "conversation": conversation])
    }
}
