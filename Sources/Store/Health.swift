import GRDB

extension Store {
    /// Whether the database answers right now.
    package func isHealthy() async -> Bool {
        (try? await pool.read { try Int.fetchOne($0, sql: "SELECT 1") }) == 1
    }
}
