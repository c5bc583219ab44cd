import GRDB
package import Spec

extension Store: AuditReading {
    package func auditEntries(_ query: AuditQuery) async throws -> [AuditEntry] {
        try await pool.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM audit
                    WHERE (:actor IS NULL OR actor_email = :actor OR (actor_email IS NULL AND actor_kind = :actor))
                    AND (:action IS NULL OR action = :action)
                    AND (:target IS NULL OR target = :target OR (target > :target || '/' AND target < :target || '0'))
                    AND (:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)
                    AND (:before IS NULL OR id < :before)
                    ORDER BY id DESC LIMIT :limit
                    """,
                arguments: [
                    "actor": query.actor?.lowercased(), "action": query.action?.rawValue, "target": query.target,
                    "since": query.since?.milliseconds, "until": query.until?.milliseconds, "before": query.before,
                    "limit": query.limit,
                ]
            ).compactMap(AuditEntry.init(row:))
        }
    }
}

extension AuditEntry {
    /// nil for an action that this version does not know.
    fileprivate init?(row: Row) {
        guard let action = AuditAction(rawValue: row["action"]) else { return nil }
        let kind: Actor.Kind =
            switch row["actor_kind"] as String {
            case "account": .account(row["actor_id"], email: row["actor_email"])
            case "command_line": .commandLine
            case "anonymous": .anonymous
            default: .system
            }
        self.init(
            id: row["id"], at: Timestamp(milliseconds: row["at"]),
            actor: Actor(kind: kind, requestID: row["request_id"], address: row["address"]), action: action,
            target: row["target"], before: row["before"], after: row["after"])
    }
}
