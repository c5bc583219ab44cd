import GRDB
import Spec
import Synchronization

/// The API tokens in memory, for the look-up that every request with one makes.
struct TokenTable: Sendable {
    /// A token and when it was used, which changes with every request and so is no part of the table.
    final class Entry: Sendable {
        let token: APIToken
        /// Milliseconds since 1970; 0 = never.
        private let lastUsed: Atomic<Int64>
        /// What of it the database holds.
        private let saved: Atomic<Int64>

        init(_ token: APIToken) {
            self.token = token
            let time = token.lastUsedAt?.milliseconds ?? 0
            lastUsed = Atomic(time)
            saved = Atomic(time)
        }

        func use(at now: Timestamp) { lastUsed.store(now.milliseconds, ordering: .relaxed) }

        /// When it was used last, unless the database has that already.
        var unsavedUse: Int64? {
            let time = lastUsed.load(ordering: .relaxed)
            return time == saved.load(ordering: .relaxed) ? nil : time
        }

        func markSaved(_ time: Int64) { saved.store(time, ordering: .relaxed) }

        /// The token with its latest use.
        var current: APIToken {
            var token = token
            let time = lastUsed.load(ordering: .relaxed)
            token.lastUsedAt = time == 0 ? nil : Timestamp(milliseconds: time)
            return token
        }
    }

    private var entries: [TokenDigest: Entry] = [:]
    private var digests: [UserID: [TokenID: TokenDigest]] = [:]

    init() {}

    init(reading db: Database) throws {
        for row in try Row.fetchAll(db, sql: "SELECT * FROM tokens") {
            guard let digest = TokenDigest(row["digest"]) else { continue }
            put(try APIToken(row: row), digest: digest)
        }
    }

    subscript(digest: TokenDigest) -> Entry? { entries[digest] }

    var all: [Entry] { Array(entries.values) }

    /// Newest first.
    func tokens(of owner: UserID) -> [APIToken] {
        (digests[owner] ?? [:]).sorted { $0.key > $1.key }.compactMap { entries[$0.value]?.current }
    }

    mutating func put(_ token: APIToken, digest: TokenDigest) {
        entries[digest] = Entry(token)
        digests[token.owner, default: [:]][token.id] = digest
    }

    mutating func remove(_ id: TokenID, owner: UserID) {
        guard let digest = digests[owner]?.removeValue(forKey: id) else { return }
        entries[digest] = nil
    }

    mutating func removeAll(of owner: UserID) {
        for digest in (digests.removeValue(forKey: owner) ?? [:]).values { entries[digest] = nil }
    }
}
