/// What came from the original service, so that a second import changes nothing.
///
/// A row outlives the account or conversation made from it: what was deleted here does not come back.
enum ImportSchema {
    static let sql = """
        CREATE TABLE imported_accounts (
            original_id TEXT NOT NULL,
            email TEXT NOT NULL,
            user_id INTEGER NOT NULL,
            PRIMARY KEY (original_id, email)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE imported_conversations (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            original_id TEXT NOT NULL,
            messages INTEGER NOT NULL,
            PRIMARY KEY (user_id, original_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE imported_shares (
            variable TEXT PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        """
}
