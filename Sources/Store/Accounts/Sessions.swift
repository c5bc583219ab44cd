import GRDB
package import Spec

extension Store {
    package func revokeSession(_ sessionID: String, expiresAt: Timestamp) async throws(AccountError) {
        try await accountErrors {
            try await write { [now] db, effects in
                let now = now()
                try db.execute(sql: "DELETE FROM revoked_sessions WHERE expires_at <= ?", arguments: [now.milliseconds])
                try db.execute(
                    sql: "INSERT OR REPLACE INTO revoked_sessions (id, expires_at) VALUES (?, ?)",
                    arguments: [sessionID, expiresAt.milliseconds])
                effects.directoryEdit = { contents in
                    contents.revoked = contents.revoked.filter { $0.value > now }
                    contents.revoked[sessionID] = expiresAt
                }
            }
        }
    }

    package func isSessionRevoked(_ sessionID: String) -> Bool { directory.read { $0.revoked[sessionID] != nil } }
}
