import GRDB

/// The migrations, oldest first. One that has been released is never edited.
enum Schema {
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { try $0.execute(sql: SchemaV1.sql) }
        migrator.registerMigration("audit") { try $0.execute(sql: AuditSchema.sql) }
        migrator.registerMigration("recycle") { try $0.execute(sql: RecycleSchema.sql) }
        migrator.registerMigration("tokens") { try $0.execute(sql: TokenSchema.sql) }
        migrator.registerMigration("chat") { try $0.execute(sql: ChatSchema.sql) }
        migrator.registerMigration("failure fingerprint") { try $0.execute(sql: FailureSchema.sql) }
        migrator.registerMigration("account rules") { try $0.execute(sql: AccountRulesSchema.sql) }
        migrator.registerMigration("invites") { try $0.execute(sql: InvitesSchema.sql) }
        migrator.registerMigration("suspension") { try $0.execute(sql: SuspensionSchema.sql) }
        migrator.registerMigration("import") { try $0.execute(sql: ImportSchema.sql) }
        migrator.registerMigration("run request") { try $0.execute(sql: RunRequestSchema.sql) }
        migrator.registerMigration("pictures") { try $0.execute(sql: PictureSchema.sql) }
        return migrator
    }

    /// Applies what is missing; refuses a database that knows more than this version before changing anything.
    static func migrate(_ pool: DatabasePool, path: String) throws {
        try pool.read { try requireKnown($0, path: path) }
        try migrator.migrate(pool)
    }

    /// Refuses a database that is not one of operatord's or knows more than this version.
    static func requireKnown(_ db: Database, path: String) throws {
        guard try !db.tableExists("users") || db.tableExists("grdb_migrations") else {
            throw StoreError.othersDatabase(path: path)
        }
        let migrator = migrator
        let unknown = try migrator.appliedIdentifiers(db).subtracting(migrator.migrations)
        guard unknown.isEmpty else { throw StoreError.newerSchema(path: path, migrations: unknown.sorted()) }
    }
}
