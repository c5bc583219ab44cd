import Foundation
import GRDB
import Spec

extension Store {
    /// What one transaction takes, so that others need not wait long for it.
    private static let mostBytes = 1 << 20
    private static let mostConversations = 50

    /// Those of a person that are not here yet. `account` is nil for who is left out.
    func takeConversations(
        of user: OriginalUser, for account: UserID?, _ match: AccountMatch, from original: OriginalDatabase,
        _ options: ImportOptions, _ report: inout ImportReport
    ) async throws {
        let conversations = try original.conversations(of: user)
        guard let account else {
            report.conversations.leftOut += conversations.count
            for conversation in conversations { report.messages.leftOut += try original.messageCount(of: conversation) }
            return
        }
        let known = try await pool.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT original_id, messages FROM imported_conversations WHERE user_id = ?",
                arguments: [account])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["original_id"] as String, $0["messages"] as Int) })
        }
        var batch: [(OriginalConversation, ConversationArchive)] = []
        var bytes = 0
        for conversation in conversations {
            if let before = known[conversation.id] {
                report.conversations.alreadyHere += 1
                report.messages.alreadyHere += before
                let since = try original.messages(of: conversation).messages.count - before
                if since > 0 {
                    report.messages.leftOut += since
                    report.find(
                        user.email, "\(since) messages of conversation \(conversation.id) came after it was imported",
                        remedy: "stop the original before the import, so that nobody goes on writing there")
                }
                continue
            }
            let (messages, skipped) = try original.messages(of: conversation)
            report.conversations.taken += 1
            report.messages.taken += messages.count
            if skipped > 0 {
                report.messages.leftOut += skipped
                report.find(
                    user.email, "\(skipped) messages of conversation \(conversation.id) have another role than ours",
                    remedy: "nothing to do; they are only in the original")
            }
            guard options.apply else { continue }
            batch.append((conversation, archive(of: conversation, messages)))
            bytes += messages.reduce(0) { $0 + $1.content.utf8.count }
            if bytes >= Self.mostBytes || batch.count >= Self.mostConversations {
                try await insert(batch, for: account)
                (batch, bytes) = ([], 0)
            }
        }
        try await insert(batch, for: account)
    }

    private func insert(_ batch: [(OriginalConversation, ConversationArchive)], for account: UserID) async throws {
        guard !batch.isEmpty else { return }
        try await write { db, _ in
            for (conversation, archive) in batch {
                _ = try db.insert(archive, owner: account)
                try db.execute(
                    sql: "INSERT INTO imported_conversations (user_id, original_id, messages) VALUES (?, ?, ?)",
                    arguments: [account, conversation.id, archive.messages.count])
            }
        }
    }

    private func archive(of conversation: OriginalConversation, _ messages: [Message]) -> ConversationArchive {
        let created = conversation.createdAt ?? messages.first?.createdAt ?? now()
        return ConversationArchive(
            backend: conversation.backend, model: conversation.model ?? conversation.backend, title: conversation.title,
            isPinned: false, createdAt: created,
            updatedAt: max(created, conversation.updatedAt ?? messages.last?.createdAt ?? created), head: nil,
            messages: messages.map { message in
                var message = message
                if message.createdAt == .unknown { message.createdAt = created }
                return message
            })
    }
}

extension Timestamp {
    /// Of a message that the original has no time of.
    fileprivate static let unknown = Timestamp(milliseconds: -1)
}

extension OriginalDatabase {
    /// A person's, in the order in which they were begun, those without a backend left out.
    func conversations(of user: OriginalUser) throws -> [OriginalConversation] {
        try read { db, layout in
            guard let table = layout.conversations else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(table.sql("id")) AS id, \(table.sql("backend")) AS backend, \(table.sql("model")) AS model,
                        \(table.sql("title")) AS title, \(table.sql("created")) AS created,
                        \(table.sql("updated")) AS updated
                    FROM \(table.sqlName) WHERE \(table.sql("user")) = ? AND \(table.sql("backend")) <> '' ORDER BY rowid
                    """, arguments: [user.key]
            ).map { row in
                OriginalConversation(
                    key: row["id"], id: Original.text(row["id"]) ?? "", backend: Original.text(row["backend"]) ?? "",
                    model: Original.text(row["model"]).flatMap { $0.isEmpty ? nil : $0 },
                    title: Original.text(row["title"]) ?? "", createdAt: Original.time(row["created"]),
                    updatedAt: Original.time(row["updated"]))
            }
        }
    }

    /// In the order in which they were posted, each below the one before, and how many have a role that there is not
    /// here.
    func messages(of conversation: OriginalConversation) throws -> (messages: [Message], skipped: Int) {
        try read { db, layout in
            guard let table = layout.messages else { return ([], 0) }
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT \(table.sql("role")) AS role, \(table.sql("content")) AS content,
                        \(table.sql("created")) AS created
                    FROM \(table.sqlName) WHERE \(table.sql("conversation")) = ? ORDER BY rowid
                    """, arguments: [conversation.key])
            var messages: [Message] = []
            var skipped = 0
            while let row = try rows.next() {
                guard let role = Original.text(row["role"]).flatMap(Message.Role.init) else {
                    skipped += 1
                    continue
                }
                let id = Int64(messages.count) + 1
                messages.append(
                    Message(
                        id: id, conversation: 0, parent: id > 1 ? id - 1 : nil, role: role,
                        content: Original.text(row["content"]) ?? "",
                        createdAt: Original.time(row["created"]) ?? .unknown))
            }
            return (messages, skipped)
        }
    }

    func messageCount(of conversation: OriginalConversation) throws -> Int {
        try read { db, layout in
            guard let table = layout.messages else { return 0 }
            return try Int.fetchOne(
                db, sql: "SELECT count(*) FROM \(table.sqlName) WHERE \(table.sql("conversation")) = ?",
                arguments: [conversation.key]) ?? 0
        }
    }

    /// Every backend that somebody has a conversation with, a value or an idle time for.
    func backends() throws -> Set<String> {
        try read { db, layout in
            let tables = [layout.conversations, layout.overrides, layout.idle].compactMap(\.self)
            return try tables.reduce(into: []) { names, table in
                let sql = "SELECT DISTINCT \(table.sql("backend")) FROM \(table.sqlName)"
                names.formUnion(try String.fetchAll(db, sql: "\(sql) WHERE \(table.sql("backend")) <> ''"))
            }
        }
    }

    /// Rows of nobody.
    func reportOrphans(_ report: inout ImportReport) throws {
        let orphans = try read { db, layout in
            let users = "SELECT \(layout.users.sql("id")) FROM \(layout.users.sqlName)"
            func count(_ table: OriginalLayout.Table?, _ condition: (OriginalLayout.Table) -> String) throws -> Int {
                guard let table else { return 0 }
                return try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM \(table.sqlName) WHERE \(condition(table))") ?? 0
            }
            return try (
                conversations: count(layout.conversations) {
                    "\($0.sql("user")) NOT IN (\(users)) OR coalesce(\($0.sql("backend")), '') = ''"
                },
                values: count(layout.overrides) { "\($0.sql("user")) NOT IN (\(users))" }
            )
        }
        if orphans.conversations > 0 {
            report.conversations.leftOut += orphans.conversations
            report.find(
                "conversations", "\(orphans.conversations) belong to no user or no backend",
                remedy: "nothing to do; they are only in the original")
        }
        if orphans.values > 0 {
            report.values.leftOut += orphans.values
            report.find(
                "upstream values", "\(orphans.values) belong to no user",
                remedy: "nothing to do; they are only in the original")
        }
    }
}
