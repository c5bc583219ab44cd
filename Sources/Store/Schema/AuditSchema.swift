/// The audit log. Entries outlive the accounts that they speak of, so they refer to none; they are never changed.
enum AuditSchema {
    static let sql = """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor_kind TEXT NOT NULL CHECK (actor_kind IN ('system', 'command_line', 'account', 'anonymous')),
            actor_id INTEGER,
            actor_email TEXT COLLATE NOCASE,
            action TEXT NOT NULL,
            target TEXT NOT NULL,
            before TEXT,
            after TEXT,
            request_id TEXT,
            address TEXT,
            CHECK ((actor_kind = 'account') = (actor_id IS NOT NULL AND actor_email IS NOT NULL))
        ) STRICT;
        CREATE INDEX audit_by_target ON audit (target, id);
        CREATE INDEX audit_by_actor ON audit (actor_email, id);
        CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit BEGIN
            SELECT RAISE(ABORT, 'an audit entry never changes');
        END;
        """
}
