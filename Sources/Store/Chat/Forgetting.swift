import Foundation
import GRDB
import Spec

/// Deleted conversations leave no text in the database files. Four places would keep some:
///
/// - freed space in the file: `PRAGMA secure_delete` overwrites it, at the price of writing what is deleted;
/// - the search index, which notes a removal beside the words removed: they go when its segments are merged. That
///   reads and writes the index once, about half the size of all texts (0.3 s for 50 MB of them), in steps that
///   let other writers in between;
/// - the write-ahead log: it is copied into the file and cut to nothing;
/// - slack in pages that SQLite once rearranged, where copies of rows stay although the rows were deleted: about one
///   deleted message in a thousand. Only a new file is without them, so the file is rewritten: at once while it is
///   small (64 MiB take 0.5 s), else by ``sweep()``.
///
/// A deletion notes in its transaction that this is to be done, so that a crash delays it and no more.
extension Store {
    /// Bytes of the file up to which a deletion waits until it is rewritten.
    private static let smallFile: Int64 = 64 << 20

    /// Does what a committed deletion still needs. What fails here is done by the next deletion or ``sweep()``: the
    /// rows are gone, so nobody is told that they are not.
    func forget(_ deletion: Int64) async {
        // Whoever asked for the deletion may leave before it is finished.
        await Task { try? await scrub(deletion) }.value
    }

    /// Finishes deletions that still wait for the file to be rewritten. Returns false when there were none.
    @discardableResult
    package func sweep() async throws -> Bool {
        let last = try await pool.read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM forgotten") }
        guard let last else { return false }
        try await mergeSearchIndex()
        try await rewriteFile(doneWith: last)
        return true
    }

    private func scrub(_ deletion: Int64) async throws {
        try await mergeSearchIndex()
        let size = try await pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        }
        if let size, size <= Self.smallFile {
            try await rewriteFile(doneWith: deletion)
        } else {
            try await pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
    }

    /// Merges all segments of the index into one without the removed words. The steps grow, because writers in between
    /// add segments, with which a merge begins anew.
    private func mergeSearchIndex() async throws {
        var pages = 256
        while try await mergeStep(pages) { pages *= 2 }
    }

    /// False when there was nothing to merge, which the extension tells by changing nothing.
    private func mergeStep(_ pages: Int) async throws -> Bool {
        try await pool.write { db in
            let before = db.totalChangesCount
            try db.execute(sql: "INSERT INTO search (search, rank) VALUES ('merge', ?)", arguments: [-pages])
            return db.totalChangesCount - before >= 2
        }
    }

    /// Of deletions at once the first rewrites the file for all that were committed before.
    private func rewriteFile(doneWith deletion: Int64) async throws {
        try await pool.writeWithoutTransaction { db in
            let isWaiting = "SELECT EXISTS (SELECT 1 FROM forgotten WHERE id = ?)"
            guard try Bool.fetchOne(db, sql: isWaiting, arguments: [deletion]) == true else { return }
            try db.execute(sql: "VACUUM")
            try db.checkpoint(.truncate)
            try db.execute(sql: "DELETE FROM forgotten WHERE id <= ?", arguments: [deletion])
        }
    }
}

extension Database {
    /// Takes the conversation's title and messages out of the search index, before its rows go.
    func unindex(_ conversation: Conversation) throws {
        let owner = conversation.owner
        try SearchIndex.remove(.title(of: conversation.id), owner: owner, conversation.title, from: self)
        let finished = try Row.fetchCursor(
            self, sql: "SELECT id, content FROM messages WHERE conversation_id = ? AND status <> 'running'",
            arguments: [conversation.id])
        while let row = try finished.next() {
            let text = String(decoding: row["content"] as Data, as: UTF8.self)
            try SearchIndex.remove(.message(row["id"]), owner: owner, text, from: self)
        }
    }

    /// Takes everything of a user out of the search index; to be called before the user's rows go, and the result be
    /// given to ``Store/forget(_:)`` after the commit.
    func unindexConversations(of owner: UserID) throws -> Int64 {
        for conversation in try Conversation.fetchAll(self, "WHERE c.user_id = ?", [owner]) {
            try unindex(conversation)
        }
        return try noteDeletionOfText()
    }

    /// Notes in this transaction that deleted text is to be removed from the files.
    func noteDeletionOfText() throws -> Int64 {
        try execute(sql: "INSERT INTO forgotten DEFAULT VALUES")
        return lastInsertedRowID
    }
}
