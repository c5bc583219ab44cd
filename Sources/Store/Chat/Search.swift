import Foundation
import GRDB
package import Spec

extension Store {
    package func search(
        _ query: SearchQuery, before: SearchCursor?, limit: Int, owner: UserID
    ) async throws -> SearchPage {
        guard let words = SearchText.expression(query) else { return SearchPage(hits: [], next: nil) }
        let expression = "(owner : \(SearchIndex.word(of: owner))) AND (words : (\(words)))"
        return try await pool.read { db in
            let entries = try Int64.fetchAll(
                db,
                sql: "SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
                arguments: [expression, before ?? .max, limit + 1]
            ).map(SearchIndex.Entry.init(rawValue:))
            let matcher = SearchMatcher(query)
            return SearchPage(
                hits: try entries.prefix(limit).compactMap { try Self.hit($0, matcher, db, owner: owner) },
                next: entries.count > limit ? entries[limit - 1].rawValue : nil)
        }
    }

    /// nil when the index is ahead of the rows, which it is only for a user whose rows were deleted by hand.
    private static func hit(
        _ entry: SearchIndex.Entry, _ matcher: SearchMatcher, _ db: Database, owner: UserID
    ) throws -> SearchHit? {
        if let id = entry.conversation {
            let found = try Conversation.fetchAll(db, "WHERE c.id = ? AND c.user_id = ?", [id, owner]).first
            return found.map { matcher.hit(in: $0.title, of: $0, message: nil) }
        }
        let found = try Conversation.fetchAll(
            db, "JOIN messages m ON m.conversation_id = c.id WHERE m.id = ? AND c.user_id = ?", [entry.rawValue, owner])
        guard let conversation = found.first else { return nil }
        let content = try Data.fetchOne(
            db, sql: "SELECT content FROM messages WHERE id = ?", arguments: [entry.rawValue])
        let text = String(decoding: content ?? Data(), as: UTF8.self)
        return matcher.hit(in: text, of: conversation, message: entry.rawValue)
    }
}

extension SearchMatcher {
    fileprivate func hit(in text: String, of conversation: Conversation, message: MessageID?) -> SearchHit {
        let (snippet, matches) = snippet(of: text)
        return SearchHit(conversation: conversation, message: message, snippet: snippet, matches: matches)
    }
}
