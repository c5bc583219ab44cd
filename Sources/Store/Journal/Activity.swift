import GRDB
package import Spec

extension Store: ReconcileJournal {
    /// Nudges nobody: the gate, which reports the activity, knows it already.
    package func recordActivity(_ activity: [RunnerID: Timestamp]) async throws {
        guard !activity.isEmpty else { return }
        try await write { db, _ in
            let update = try db.cachedStatement(
                sql: """
                    UPDATE wishes SET last_activity = :at
                    WHERE user_id = (SELECT id FROM users WHERE slug = :user) AND backend = :backend
                    AND last_activity < :at
                    """)
            for (id, at) in activity {
                try update.execute(arguments: ["at": at.milliseconds, "user": id.user, "backend": id.backend])
            }
        }
    }
}
