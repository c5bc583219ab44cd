import GRDB
package import Spec

extension Store {
    /// Everything the desired state needs, from one read transaction: accounts by id, wishes by user and backend.
    /// Throws a ``SealingError`` when a sealed value cannot be opened.
    package func storedState() async throws -> StoredState {
        try await pool.read { [sealer] db in
            let accounts = try Account.fetchAll(db)
            return StoredState(
                accounts: accounts, wishes: try StoredWish.fetchAll(db, sealer: sealer),
                values: try StoredValues.fetch(db, sealer: sealer))
        }
    }
}

extension StoredWish {
    fileprivate static func fetchAll(_ db: Database, sealer: Sealer) throws -> [StoredWish] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT user_id, slug, backend, generation, last_activity, idle_seconds, withdrawn, sealed_api_key,
                    recycles, reason AS suspended
                FROM wishes JOIN users ON users.id = user_id LEFT JOIN idle_settings USING (user_id, backend)
                    LEFT JOIN suspensions USING (user_id, backend)
                ORDER BY user_id, backend
                """)
        return try rows.map { row in
            let place = SealedPlace.apiKey(user: row["user_id"], backend: row["backend"])
            return StoredWish(
                id: RunnerID(user: row["slug"], backend: row["backend"]), generation: row["generation"],
                lastActivity: Timestamp(milliseconds: row["last_activity"]), idleSeconds: row["idle_seconds"],
                withdrawn: row["withdrawn"],
                suspended: row["suspended"], apiKey: try sealer.open(row["sealed_api_key"], at: place),
                recycles: row["recycles"])
        }
    }
}
