import Foundation
import GRDB
import Spec

/// The original service's `router.db`, read and never written.
///
/// All reads see the file as it was at the first one. With a write-ahead log beside it the original may be running, and
/// SQLite's own locking keeps the two apart; without one nobody can be writing.
package final class OriginalDatabase: Sendable {
    package let path: String
    private let queue: DatabaseQueue
    let layout: OriginalLayout

    /// Throws an ``ImportError``.
    package init(path: String) throws {
        self.path = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw ImportError.noFile(path: path)
        }
        let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        var allowed = CharacterSet.urlPathAllowed
        allowed.remove(charactersIn: "?#%;")
        let mayBeLive = ((log ?? nil) ?? 0) > 0
        let address = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.allowsUnsafeTransactions = true
        do {
            queue = try DatabaseQueue(
                path: "file:\(address)?mode=ro\(mayBeLive ? "" : "&immutable=1")", configuration: configuration)
            layout = try queue.inDatabase { db in
                try db.beginTransaction(.deferred)
                guard try !db.tableExists("grdb_migrations") else { throw ImportError.ownDatabase(path: path) }
                return try OriginalLayout(db)
            }
        } catch let error as DatabaseError {
            throw ImportError.unreadable(path: path, message: error.message ?? "\(error)")
        }
    }

    package func close() throws { try queue.close() }

    func read<Value: Sendable>(_ body: @Sendable (Database, OriginalLayout) throws -> Value) throws -> Value {
        try queue.inDatabase { try body($0, layout) }
    }
}

extension OriginalDatabase {
    /// Everybody, in the order in which they came.
    func users() throws -> [OriginalUser] {
        try read { db, layout in
            let table = layout.users
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(table.sql("id")) AS id, \(table.sql("email")) AS email, \(table.sql("name")) AS name,
                        \(table.sql("slug")) AS slug, \(table.sql("role")) AS role, \(table.sql("is_admin")) AS is_admin,
                        \(table.sql("created")) AS created, \(table.sql("disabled")) AS disabled,
                        \(table.sql("active")) AS active, \(table.sql("password")) AS password
                    FROM \(table.sqlName) ORDER BY rowid
                    """
            ).map(OriginalUser.init(row:))
        }
    }

    /// A person's values, by backend (empty: all) and variable.
    func overrides(of user: OriginalUser) throws -> [OriginalOverride] {
        try read { db, layout in
            guard let table = layout.overrides else { return [] }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(table.sql("backend")) AS backend, \(table.sql("variable")) AS variable,
                        \(table.sql("value")) AS value
                    FROM \(table.sqlName) WHERE \(table.sql("user")) = ? ORDER BY 1, 2
                    """, arguments: [user.key]
            ).map { row in
                OriginalOverride(
                    backend: Original.text(row["backend"]) ?? "", variable: Original.text(row["variable"]) ?? "",
                    value: Secret((Original.text(row["value"]) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)))
            }
        }
    }

    /// A person's idle times by backend, in seconds.
    func idleSettings(of user: OriginalUser) throws -> [(backend: String, seconds: Int)] {
        try read { db, layout in
            guard let table = layout.idle else { return [] }
            let seconds = table.sql("seconds")
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(table.sql("backend")) AS backend, CAST(\(seconds) AS INTEGER) AS seconds
                    FROM \(table.sqlName) WHERE \(table.sql("user")) = ? AND \(seconds) IS NOT NULL ORDER BY rowid
                    """, arguments: [user.key]
            ).compactMap { row in
                guard let backend = Original.text(row["backend"]), !backend.isEmpty else { return nil }
                return (backend, row["seconds"])
            }
        }
    }

    /// Variables of which the admin's value is everybody's.
    func sharedVariables() throws -> [String] {
        try read { db, layout in
            guard let table = layout.shared else { return [] }
            let condition = table.columns["shared"] == nil ? "TRUE" : table.sql("shared")
            return try Row.fetchAll(
                db, sql: "SELECT DISTINCT \(table.sql("variable")) AS name FROM \(table.sqlName) WHERE \(condition)"
            ).compactMap { Original.text($0["name"]) }.filter { !$0.isEmpty }.sorted()
        }
    }
}
