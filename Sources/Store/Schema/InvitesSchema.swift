/// Named invite codes: found by a digest of the code, shown from the sealed one.
enum InvitesSchema {
    static let sql = """
        CREATE TABLE invites (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (name <> ''),
            code_digest TEXT NOT NULL UNIQUE,
            sealed_code BLOB NOT NULL,
            uses_left INTEGER CHECK (uses_left >= 0),
            used INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL,
            expires_at INTEGER
        ) STRICT;
        """
}
