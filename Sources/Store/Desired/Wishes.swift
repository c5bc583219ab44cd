import GRDB
package import Spec

extension Store: DesiredStateEditing {
    package func wish(_ id: RunnerID, retry: Bool) async throws {
        try await wish(id, at: now(), retry: retry)
    }

    /// Throws ``StoreError/unknownUser(_:)`` when the user is gone or disabled.
    package func wish(_ id: RunnerID, at now: Timestamp, retry: Bool) async throws {
        try await write { [sealer] db, effects in
            let user = try db.userID(slug: id.user)
            guard try Account.fetch(db, id: user)?.disabled == false else { throw StoreError.unknownUser(id.user) }
            try db.execute(
                sql: """
                    UPDATE wishes SET last_activity = max(last_activity, :now), withdrawn = NULL,
                        generation = generation + (:retry OR withdrawn IS NOT NULL)
                    WHERE user_id = :user AND backend = :backend
                    """,
                arguments: ["now": now.milliseconds, "retry": retry, "user": user, "backend": id.backend])
            if db.changesCount == 0 {
                let key = try sealer.seal(Secret(Hex.random(bytes: 24)), at: .apiKey(user: user, backend: id.backend))
                try db.execute(
                    sql: """
                        INSERT INTO wishes (user_id, backend, generation, last_activity, sealed_api_key, created_at)
                        VALUES (:user, :backend, 1, :now, :key, :now)
                        """,
                    arguments: ["user": user, "backend": id.backend, "now": now.milliseconds, "key": key])
            }
            effects.changesDesiredState = true
        }
    }

    package func withdraw(_ id: RunnerID, reason: String) async throws -> Bool {
        try await write { db, effects in
            try db.execute(
                sql: """
                    UPDATE wishes SET withdrawn = ?, generation = generation + 1
                    WHERE user_id = (SELECT id FROM users WHERE slug = ?) AND backend = ? AND withdrawn IS NULL
                    """, arguments: [reason, id.user, id.backend])
            guard db.changesCount > 0 else { return false }
            effects.changesDesiredState = true
            effects.audit(.runnerStop, target: id.description, after: reason)
            return true
        }
    }

    package func recycle(_ id: RunnerID) async throws -> Bool {
        try await write { db, effects in
            try db.execute(
                sql: """
                    UPDATE wishes SET recycles = recycles + 1, generation = generation + 1
                    WHERE user_id = (SELECT id FROM users WHERE slug = ?) AND backend = ? AND withdrawn IS NULL
                    """, arguments: [id.user, id.backend])
            guard db.changesCount > 0 else { return false }
            effects.changesDesiredState = true
            effects.audit(.runnerRecycle, target: id.description)
            return true
        }
    }

    package func setIdleSeconds(_ seconds: Int, for id: RunnerID) async throws {
        try await write { db, effects in
            let user = try db.userID(slug: id.user)
            let before = try Int.fetchOne(
                db, sql: "SELECT idle_seconds FROM idle_settings WHERE user_id = ? AND backend = ?",
                arguments: [user, id.backend])
            try db.execute(
                sql: """
                    INSERT INTO idle_settings (user_id, backend, idle_seconds) VALUES (:user, :backend, :seconds)
                    ON CONFLICT DO UPDATE SET idle_seconds = :seconds WHERE idle_seconds <> :seconds
                    """,
                arguments: ["user": user, "backend": id.backend, "seconds": seconds])
            guard db.changesCount > 0 else { return }
            effects.changesDesiredState = true
            effects.audit(
                .runnerIdle, target: id.description, before: before.map { "\($0) s" }, after: "\(seconds) s")
        }
    }

    package func idleSeconds(ofUser slug: String) async throws -> [String: Int] {
        try await pool.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT backend, idle_seconds FROM idle_settings JOIN users ON id = user_id WHERE slug = ?",
                arguments: [slug])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["backend"], $0["idle_seconds"]) })
        }
    }
}

extension SealedPlace {
    static func apiKey(user: UserID, backend: String) -> SealedPlace {
        SealedPlace(table: "wishes", column: "sealed_api_key", row: [String(user), backend])
    }
}
