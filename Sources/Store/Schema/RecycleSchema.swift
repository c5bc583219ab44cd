/// How often a person asked for a new container of a runner; part of its fingerprint.
enum RecycleSchema {
    static let sql = "ALTER TABLE wishes ADD COLUMN recycles INTEGER NOT NULL DEFAULT 0"
}
