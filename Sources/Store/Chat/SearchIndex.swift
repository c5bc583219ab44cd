import GRDB
import Spec

/// What is found by words: finished messages and titles of conversations.
///
/// The index holds no text, so an entry is removed by giving the same text again.
enum SearchIndex {
    /// What an entry stands for, as its row id. Titles come after all messages, so that the newest-first order has
    /// them in front.
    struct Entry: RawRepresentable, Hashable {
        static let firstTitle: Int64 = 1 << 62

        let rawValue: Int64

        static func message(_ id: MessageID) -> Entry { Entry(rawValue: id) }
        static func title(of id: ConversationID) -> Entry { Entry(rawValue: firstTitle + id) }

        var isTitle: Bool { rawValue >= Self.firstTitle }
        var conversation: ConversationID? { isTitle ? rawValue - Self.firstTitle : nil }
        var message: MessageID? { isTitle ? nil : rawValue }
    }

    static func add(_ entry: Entry, owner: UserID, _ text: String, to db: Database) throws {
        guard !text.isEmpty else { return }
        try db.execute(
            sql: "INSERT INTO search (rowid, owner, words) VALUES (?, ?, ?)",
            arguments: [entry.rawValue, word(of: owner), SearchText.words(text)])
    }

    /// `text` is what was added. The words themselves leave the file with ``Store/forget(_:)``.
    static func remove(_ entry: Entry, owner: UserID, _ text: String, from db: Database) throws {
        guard !text.isEmpty else { return }
        try db.execute(
            sql: "INSERT INTO search (search, rowid, owner, words) VALUES ('delete', ?, ?, ?)",
            arguments: [entry.rawValue, word(of: owner), SearchText.words(text)])
    }

    /// The word that all entries of a user carry, so that a search reads no list of others' entries.
    static func word(of owner: UserID) -> String { "u\(owner)" }
}
