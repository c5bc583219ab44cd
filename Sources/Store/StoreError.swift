/// Why the store refuses. Errors of SQLite itself pass through as GRDB's `DatabaseError`.
package enum StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file cannot be created or its mode not be set.
    case file(path: String, message: String)
    /// Migrations in the file that this version does not know.
    case newerSchema(path: String, migrations: [String])
    /// A database with users that operatord did not make: that of the original service.
    case othersDatabase(path: String)
    /// The rows were sealed under a key that the key file does not hold.
    case otherKey
    /// No account has this slug, or none that may have what is asked.
    case unknownUser(String)

    package var description: String {
        switch self {
        case .file(let path, let message): "\(path): \(message)"
        case .newerSchema(let path, let migrations):
            "\(path) was written by a newer operatord (migrations \(migrations.joined(separator: ", "))); "
                + "start that version, or restore a backup made by this one"
        case .othersDatabase(let path):
            "\(path) is the original service's database, not one of operatord's; nothing was changed in it. Move it aside "
                + "with its -wal and -shm files (mkdir original && mv \(path)* original/) and import it from there"
        case .otherKey:
            "the database was sealed with a key that is not in the key file; "
                + "put back the key file that belongs to this database"
        case .unknownUser(let slug): "there is no user \(slug)"
        }
    }
}
