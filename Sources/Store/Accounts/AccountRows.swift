import GRDB
import Spec

extension Account {
    private static let columns = "id, email, name, slug, role, disabled, session_epoch, created_at"

    /// Every account, oldest first.
    static func fetchAll(_ db: Database) throws -> [Account] {
        try Row.fetchAll(db, sql: "SELECT \(columns) FROM users ORDER BY id").map(Account.init(row:))
    }

    static func fetch(_ db: Database, id: UserID) throws -> Account? {
        try Row.fetchOne(db, sql: "SELECT \(columns) FROM users WHERE id = ?", arguments: [id]).map(Account.init(row:))
    }

    private init(row: Row) {
        self.init(
            id: row["id"], email: row["email"], name: row["name"], slug: row["slug"],
            role: row["role"] == Role.admin.rawValue ? .admin : .user, disabled: row["disabled"],
            sessionEpoch: row["session_epoch"], createdAt: Timestamp(milliseconds: row["created_at"]))
    }
}

extension Database {
    /// The row id of the user with this slug; throws ``StoreError/unknownUser(_:)``.
    func userID(slug: String) throws -> UserID {
        guard let id = try existingUserID(slug: slug) else { throw StoreError.unknownUser(slug) }
        return id
    }

    /// nil when the user was deleted in the meantime.
    func existingUserID(slug: String) throws -> UserID? {
        try Int64.fetchOne(cachedStatement(sql: "SELECT id FROM users WHERE slug = ?"), arguments: [slug])
    }
}
