import GRDB
package import Spec

extension Store: RunnerHistoryReading {
    /// Events kept per runner.
    private static let historyLength = 200

    /// Forgets the runner's oldest event beyond the newest 200. Does nothing for a user who is gone.
    package func record(_ event: RunnerEvent) async throws {
        try await write { db, _ in
            guard let user = try db.existingUserID(slug: event.runner.user) else { return }
            try db.execute(
                sql: "INSERT INTO events (user_id, backend, at, reason, message, log_tail) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    user, event.runner.backend, event.at.milliseconds, event.reason, event.message,
                    LogTail.text(event.logTail),
                ])
            try db.execute(
                sql: """
                    DELETE FROM events WHERE user_id = :user AND backend = :backend AND id <= (
                        SELECT id FROM events WHERE user_id = :user AND backend = :backend
                        ORDER BY id DESC LIMIT 1 OFFSET :kept)
                    """,
                arguments: ["user": user, "backend": event.runner.backend, "kept": Self.historyLength])
        }
    }

    /// A runner's history, newest first, at most `limit`.
    package func events(of id: RunnerID, limit: Int) async throws -> [RunnerEvent] {
        try await pool.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT at, reason, message, log_tail FROM events
                    WHERE user_id = (SELECT id FROM users WHERE slug = ?) AND backend = ? ORDER BY id DESC LIMIT ?
                    """, arguments: [id.user, id.backend, limit])
            return rows.map { row in
                RunnerEvent(
                    runner: id, at: Timestamp(milliseconds: row["at"]), reason: row["reason"], message: row["message"],
                    logTail: LogTail.lines(row["log_tail"]))
            }
        }
    }
}
