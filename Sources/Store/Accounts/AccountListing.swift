import GRDB
package import Spec

extension Store: AccountListing {
    package func accounts(_ query: AccountQuery) async throws(AccountError) -> [AccountOverview] {
        try await accountErrors {
            try await pool.read { db in
                let ids = try UserID.fetchAll(
                    db,
                    sql: """
                        SELECT id FROM users WHERE (:before IS NULL OR id < :before)
                        AND (:text IS NULL OR instr(email, :text) OR instr(slug, :text) OR instr(lower(name), :text))
                        ORDER BY id DESC LIMIT :limit
                        """,
                    arguments: ["before": query.before, "text": query.text?.lowercased(), "limit": query.limit])
                return try ids.compactMap { try AccountOverview.fetch(db, id: $0) }
            }
        }
    }

    package func accountOverview(_ id: UserID) async throws(AccountError) -> AccountOverview? {
        try await accountErrors { try await pool.read { try AccountOverview.fetch($0, id: id) } }
    }
}

extension AccountOverview {
    fileprivate static func fetch(_ db: Database, id: UserID) throws -> AccountOverview? {
        guard let account = try Account.fetch(db, id: id) else { return nil }
        // Requests to /v1 are noted with the runner and not with the account.
        let seen = try Int64.fetchOne(
            db,
            sql: """
                SELECT max(at) FROM (SELECT last_seen_at AS at FROM users WHERE id = :id
                UNION ALL SELECT max(last_activity) FROM wishes WHERE user_id = :id)
                """, arguments: ["id": id])
        return AccountOverview(
            account: account, lastSeenAt: seen.map { Timestamp(milliseconds: $0) }, deletion: try db.deletion(of: id),
            owned: try OwnedRows.count(db, of: id))
    }
}

extension OwnedRows {
    static func count(_ db: Database, of id: UserID) throws -> OwnedRows {
        func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql, arguments: [id]) ?? 0 }
        return OwnedRows(
            conversations: try count("SELECT count(*) FROM conversations WHERE user_id = ?"),
            messages: try count("SELECT sum(message_count) FROM conversations WHERE user_id = ?"),
            tokens: try count("SELECT count(*) FROM tokens WHERE user_id = ?"))
    }
}
