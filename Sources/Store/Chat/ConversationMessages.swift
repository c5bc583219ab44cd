import Foundation
import GRDB
package import Spec

extension Store {
    package func messages(
        of id: ConversationID, on path: MessagePath, before: MessageID?, limit: Int, owner: UserID
    ) async throws -> MessagePage {
        try await pool.read { db in
            let conversation = try Conversation.fetch(db, id: id, owner: owner)
            let page: Message.Page
            switch path {
            case .shownBranch:
                let leaf = try before.map { try Message.fetch(db, id: $0, in: id).parent } ?? conversation.head
                page = try Message.fetchPage(
                    db, prelude: Message.pathPrelude, "JOIN path ON path.id = m.id ORDER BY m.id DESC",
                    ["leaf": leaf, "limit": limit + 1], limit: limit)
            case .allBranches:
                page = try Message.fetchPage(
                    db, "WHERE m.conversation_id = ? AND m.id < ? ORDER BY m.id DESC LIMIT ?",
                    [id, before ?? .max, limit + 1], limit: limit)
            }
            return MessagePage(
                conversation: conversation, messages: page.messages.reversed(),
                next: page.hasMore ? page.messages.last?.id : nil)
        }
    }

    package func messages(
        of id: ConversationID, after: MessageID?, limit: Int, owner: UserID
    ) async throws -> [Message] {
        try await pool.read { db in
            _ = try Conversation.fetch(db, id: id, owner: owner)
            return try Message.fetchPage(
                db, "WHERE m.conversation_id = ? AND m.id > ? ORDER BY m.id LIMIT ?", [id, after ?? 0, limit],
                limit: limit
            ).messages
        }
    }

    package func shownBranch(of id: ConversationID, owner: UserID) async throws -> [MessageID] {
        try await pool.read { db in
            let conversation = try Conversation.fetch(db, id: id, owner: owner)
            return try MessageID.fetchAll(
                db, sql: "\(Message.pathPrelude) SELECT id FROM path ORDER BY id",
                arguments: ["leaf": conversation.head, "limit": Int.max])
        }
    }

    package func appendMessage(_ new: NewMessage, to id: ConversationID, owner: UserID) async throws -> Message {
        try await write { [now] db, _ in
            let conversation = try Conversation.fetch(db, id: id, owner: owner)
            if let parent = new.parent { _ = try Message.fetch(db, id: parent, in: id) }
            let message = try db.append(
                Message(
                    id: 0, conversation: id, parent: new.parent ?? conversation.head, role: new.role,
                    content: new.content, createdAt: now()), to: conversation, at: now())
            return try Message.fetch(db, id: message, in: id)
        }
    }

    package func editMessage(
        _ message: MessageID, of id: ConversationID, content: String, owner: UserID
    ) async throws -> Message {
        try await write { [now, mostPictureBytes] db, _ in
            let conversation = try Conversation.fetch(db, id: id, owner: owner)
            let old = try Message.fetch(db, id: message, in: id)
            guard old.role != .error else { throw ChatError.wrongRole("an error cannot be edited") }
            let sibling = try db.append(
                Message(
                    id: 0, conversation: id, parent: old.parent, role: old.role, content: content, model: old.model,
                    createdAt: now()), to: conversation, at: now())
            if !old.pictures.isEmpty {
                try db.copyPictures(of: message, to: sibling)
                try db.requirePictureRoom(for: owner, most: mostPictureBytes())
            }
            return try Message.fetch(db, id: sibling, in: id)
        }
    }

    package func deleteMessage(_ message: MessageID, of id: ConversationID, owner: UserID) async throws {
        let deletion = try await write { db, _ in
            let conversation = try Conversation.fetch(db, id: id, owner: owner)
            let old = try Message.fetch(db, id: message, in: id)
            if old.status == .running, let run = old.run { throw ChatError.runActive(run) }
            try SearchIndex.remove(.message(message), owner: owner, old.content, from: db)
            try db.execute(
                sql: "UPDATE messages SET parent_id = ? WHERE conversation_id = ? AND parent_id = ?",
                arguments: [old.parent, id, message])
            if conversation.head == message {
                try db.setHead(of: id, to: nil)
            }
            try db.execute(sql: "DELETE FROM messages WHERE id = ?", arguments: [message])
            if conversation.head == message {
                // Nothing was below it: a branch beside it is shown, or what it answered.
                try db.setHead(of: id, to: try db.newestLeaf(below: old.parent, in: id))
            }
            return try db.noteDeletionOfText()
        }
        await forget(deletion)
    }
}

extension Message {
    struct Page {
        var messages: [Message] = []
        var hasMore = false
    }

    /// Bytes of text after which a page ends.
    private static let mostPageBytes = 8 << 20

    /// The first `limit` rows at most, and at least one when there is one. The query has to ask for one row more.
    fileprivate static func fetchPage(
        _ db: Database, prelude: String = "", _ clause: String, _ arguments: StatementArguments, limit: Int
    ) throws -> Page {
        var (page, bytes) = (Page(), 0)
        let rows = try fetchCursor(db, prelude: prelude, clause, arguments)
        while let message = try rows.next() {
            bytes += message.content.utf8.count + message.reasoning.utf8.count
            if page.messages.count == limit || (bytes > mostPageBytes && !page.messages.isEmpty) {
                page.hasMore = true
                break
            }
            page.messages.append(message)
        }
        return page
    }
}
