/// The first schema. Times are milliseconds since 1970; `sealed` columns hold what ``Sealer`` made.
///
/// Rules live here and not only in the code: one admin, one wish per runner, a slug never given twice, and a user's
/// rows gone with the user.
enum SchemaV1 {
    static let sql = """
        CREATE TABLE installation (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            installation_id TEXT NOT NULL,
            sealed_check BLOB NOT NULL
        ) STRICT;

        CREATE TABLE users (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            email TEXT NOT NULL UNIQUE COLLATE NOCASE,
            name TEXT NOT NULL,
            slug TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 40 AND slug NOT GLOB '*[^a-z0-9-]*'),
            role TEXT NOT NULL CHECK (role IN ('admin', 'user')),
            disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
            session_epoch INTEGER NOT NULL DEFAULT 0,
            password_hash TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_seen_at INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX one_admin ON users (role) WHERE role = 'admin';

        CREATE TABLE retired_slugs (
            slug TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER users_retire_slug AFTER DELETE ON users BEGIN
            INSERT OR IGNORE INTO retired_slugs (slug) VALUES (OLD.slug);
        END;
        CREATE TRIGGER users_refuse_retired_slug BEFORE INSERT ON users
        WHEN EXISTS (SELECT 1 FROM retired_slugs WHERE slug = NEW.slug) BEGIN
            SELECT RAISE(ABORT, 'slug belonged to a deleted user');
        END;
        CREATE TRIGGER users_keep_slug BEFORE UPDATE OF slug ON users WHEN NEW.slug <> OLD.slug BEGIN
            SELECT RAISE(ABORT, 'a slug never changes');
        END;

        CREATE TABLE revoked_sessions (
            id TEXT PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX revoked_sessions_by_expiry ON revoked_sessions (expires_at);

        CREATE TABLE wishes (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL CHECK (backend <> ''),
            generation INTEGER NOT NULL CHECK (generation > 0),
            last_activity INTEGER NOT NULL,
            withdrawn TEXT,
            sealed_api_key BLOB NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, backend)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE idle_settings (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL CHECK (backend <> ''),
            idle_seconds INTEGER NOT NULL CHECK (idle_seconds >= 0),
            PRIMARY KEY (user_id, backend)
        ) STRICT, WITHOUT ROWID;

        -- backend '' holds for all backends.
        CREATE TABLE overrides (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL,
            variable TEXT NOT NULL CHECK (variable <> ''),
            sealed_value BLOB NOT NULL,
            PRIMARY KEY (user_id, backend, variable)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE shared_variables (
            variable TEXT PRIMARY KEY CHECK (variable <> '')
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE failures (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL,
            count INTEGER NOT NULL CHECK (count > 0),
            generation INTEGER NOT NULL,
            retry_at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            message TEXT NOT NULL,
            log_tail TEXT NOT NULL,
            failed_at INTEGER NOT NULL,
            PRIMARY KEY (user_id, backend)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL,
            at INTEGER NOT NULL,
            reason TEXT NOT NULL,
            message TEXT NOT NULL,
            log_tail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX events_by_runner ON events (user_id, backend, id);
        """
}
