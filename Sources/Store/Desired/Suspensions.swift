import GRDB
package import Spec

extension Store: OperatorEditing {
    package func suspend(_ id: RunnerID, reason: String) async throws -> Bool {
        try await write { db, effects in
            let user = try db.userID(slug: id.user)
            try db.execute(
                sql: "INSERT OR IGNORE INTO suspensions (user_id, backend, reason) VALUES (?, ?, ?)",
                arguments: [user, id.backend, reason])
            guard db.changesCount > 0 else { return false }
            try Self.bumpGeneration(db, user: user, backend: id.backend)
            effects.changesDesiredState = true
            effects.audit(.runnerSuspend, target: id.description, after: reason)
            return true
        }
    }

    package func resume(_ id: RunnerID) async throws -> Bool {
        try await write { db, effects in
            let user = try db.userID(slug: id.user)
            try db.execute(
                sql: "DELETE FROM suspensions WHERE user_id = ? AND backend = ?", arguments: [user, id.backend])
            guard db.changesCount > 0 else { return false }
            try Self.bumpGeneration(db, user: user, backend: id.backend)
            effects.changesDesiredState = true
            effects.audit(.runnerResume, target: id.description)
            return true
        }
    }

    package func suspensions() async throws -> [RunnerID: String] {
        try await pool.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT slug, backend, reason FROM suspensions JOIN users ON users.id = user_id")
            return Dictionary(
                rows.map { (RunnerID(user: $0["slug"], backend: $0["backend"]), $0["reason"]) }
            ) { first, _ in first }
        }
    }

    package func recordApproval(ofRevision revision: Int, touching runners: Int) async throws {
        try await write { _, effects in
            effects.audit(.configApprove, target: "configuration \(revision)", after: "\(runners) runners")
        }
    }

    private static func bumpGeneration(_ db: Database, user: UserID, backend: String) throws {
        try db.execute(
            sql: "UPDATE wishes SET generation = generation + 1 WHERE user_id = ? AND backend = ?",
            arguments: [user, backend])
    }
}
