import GRDB
package import Spec

extension Store {
    package func failureHistory() async throws -> FailureHistory {
        try await pool.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT failures.*, slug FROM failures JOIN users ON id = user_id")
            return FailureHistory(
                records: Dictionary(
                    uniqueKeysWithValues: rows.map { row in
                        (RunnerID(user: row["slug"], backend: row["backend"]), FailureRecord(row: row))
                    }))
        }
    }

    /// Does nothing for a user who is gone.
    package func setFailure(_ record: FailureRecord?, for id: RunnerID) async throws {
        try await write { db, _ in
            guard let user = try db.existingUserID(slug: id.user) else { return }
            if let record {
                try record.store(db, user: user, backend: id.backend)
            } else {
                try db.execute(
                    sql: "DELETE FROM failures WHERE user_id = ? AND backend = ?", arguments: [user, id.backend])
            }
        }
    }
}

extension FailureRecord {
    fileprivate init(row: Row) {
        self.init(
            count: row["count"], generation: row["generation"], fingerprint: row["fingerprint"],
            retryAt: Timestamp(milliseconds: row["retry_at"]),
            last: RunnerFailure(
                reason: RunnerFailure.Reason(rawValue: row["reason"]) ?? .startFailed, message: row["message"],
                logTail: LogTail.lines(row["log_tail"]), at: Timestamp(milliseconds: row["failed_at"])))
    }

    fileprivate func store(_ db: Database, user: UserID, backend: String) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO failures
                    (user_id, backend, count, generation, fingerprint, retry_at, reason, message, log_tail, failed_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                user, backend, count, generation, fingerprint, retryAt.milliseconds, last.reason.rawValue, last.message,
                LogTail.text(last.logTail), last.at.milliseconds,
            ])
    }
}
