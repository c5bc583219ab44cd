/// API tokens. Only a digest of each text is kept; `backends` is a JSON list of names, NULL = all.
enum TokenSchema {
    static let sql = """
        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            prefix TEXT NOT NULL,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            backends TEXT CHECK (json_type(backends) = 'array'),
            created_at INTEGER NOT NULL,
            last_used_at INTEGER,
            expires_at INTEGER
        ) STRICT;
        CREATE INDEX tokens_by_user ON tokens (user_id);
        """
}
