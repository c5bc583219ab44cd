/// Runners that an operator keeps stopped, wished for or not.
enum SuspensionSchema {
    static let sql = """
        CREATE TABLE suspensions (
            user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
            backend TEXT NOT NULL,
            reason TEXT NOT NULL,
            PRIMARY KEY (user_id, backend)
        ) STRICT, WITHOUT ROWID
        """
}
