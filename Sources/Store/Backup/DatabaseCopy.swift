import Foundation
import GRDB
import Spec

/// A database file that nobody writes to, looked at and never changed.
package struct DatabaseCopy {
    private let path: String
    private let queue: DatabaseQueue

    /// Nothing is read yet.
    package init(path: String) throws {
        self.path = path
        var allowed = CharacterSet.urlPathAllowed
        allowed.remove(charactersIn: "?#%;")
        let address = path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path
        var configuration = Configuration()
        configuration.readonly = true
        queue = try DatabaseQueue(path: "file:\(address)?mode=ro&immutable=1", configuration: configuration)
    }

    /// The installation's id and the names of the migrations that made the schema, in the order of their names.
    package func identity() throws -> (installation: String, migrations: [String]) {
        try queue.read { db in
            guard try db.tableExists("grdb_migrations") else { throw StoreError.othersDatabase(path: path) }
            guard let id = try String.fetchOne(db, sql: "SELECT installation_id FROM installation") else {
                throw StoreError.file(path: path, message: "belongs to no installation; operatord never opened it")
            }
            return (id, try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY identifier"))
        }
    }

    /// What keeps this version from running on it, a sentence each: damage, a newer schema, values that do not open.
    package func problems(sealer: Sealer) -> [String] {
        var problems: [String] = []
        func look(_ body: (Database) throws -> Void) {
            do { try queue.read(body) } catch { problems.append((error as? DatabaseError)?.message ?? "\(error)") }
        }
        look { db in
            let damage = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            problems += damage.map { "integrity check: \($0)" }
            let loose = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(20)
            problems += loose.map { row in
                let (table, parent): (String, String) = (row[0], row[2])
                return "a row of \(table) refers to one of \(parent) that is not there"
            }
        }
        guard problems.isEmpty else { return problems }
        look { try Schema.requireKnown($0, path: path) }
        guard problems.isEmpty else { return problems }
        look { try Installation.check($0, sealer: sealer) }
        guard problems.isEmpty else { return problems }
        look { _ = try StoredValues.fetch($0, sealer: sealer) }
        return problems
    }
}
