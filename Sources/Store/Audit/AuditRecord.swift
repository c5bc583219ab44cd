import GRDB
import Spec

/// One entry that a transaction adds to the audit log.
struct AuditRecord: Sendable {
    var action: AuditAction
    var target: String
    var before: String?
    var after: String?

    func insert(into db: Database, at now: Timestamp, by actor: Actor) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO audit
                    (at, actor_kind, actor_id, actor_email, action, target, before, after, request_id, address)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try insert.execute(
            arguments: [
                now.milliseconds, actor.kind.word, actor.kind.account, actor.kind.email, action.rawValue, target,
                before, after,
                actor.requestID, actor.address,
            ])
    }
}
