/// A run knows the request that began it, by which its lines are found in the log.
enum RunRequestSchema {
    static let sql = "ALTER TABLE runs ADD COLUMN request_id TEXT"
}
