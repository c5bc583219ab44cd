import GRDB
import Spec
import Synchronization

/// The accounts, revoked sessions and API tokens in memory, for the reads that every request makes.
///
/// Loaded at open and edited after each commit, in the order of the commits.
final class AccountDirectory: Sendable {
    struct Contents: Sendable {
        private(set) var accounts: [UserID: Account] = [:]
        private var idsBySlug: [String: UserID] = [:]
        /// Session id to the time at which it would have ended anyway.
        var revoked: [String: Timestamp] = [:]
        var tokens = TokenTable()

        mutating func put(_ account: Account) {
            accounts[account.id] = account
            idsBySlug[account.slug] = account.id
        }

        mutating func remove(_ id: UserID) {
            guard let account = accounts.removeValue(forKey: id) else { return }
            idsBySlug[account.slug] = nil
            tokens.removeAll(of: id)
        }

        init(reading db: Database) throws {
            for account in try Account.fetchAll(db) { put(account) }
            for row in try Row.fetchAll(db, sql: "SELECT id, expires_at FROM revoked_sessions") {
                revoked[row["id"]] = Timestamp(milliseconds: row["expires_at"])
            }
            tokens = try TokenTable(reading: db)
        }

        func account(slug: String) -> Account? { idsBySlug[slug].flatMap { accounts[$0] } }
    }

    typealias Edit = @Sendable (inout Contents) -> Void

    private let contents: Mutex<Contents>

    init(reading db: Database) throws { contents = Mutex(try Contents(reading: db)) }

    /// Takes over what somebody else wrote.
    func reload(from db: Database) throws {
        let fresh = try Contents(reading: db)
        contents.withLock { $0 = fresh }
    }

    func apply(_ edit: Edit) { contents.withLock { edit(&$0) } }

    func read<Value: Sendable>(_ body: (borrowing Contents) -> Value) -> Value { contents.withLock { body($0) } }
}
