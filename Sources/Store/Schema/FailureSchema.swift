/// Failures know what failed, so that an edited file ends a crash loop.
enum FailureSchema {
    static let sql = "ALTER TABLE failures ADD COLUMN fingerprint TEXT"
}
