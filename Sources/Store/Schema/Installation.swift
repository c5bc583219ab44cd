import GRDB
import Spec

/// The one row about the installation itself.
enum Installation {
    private static let place = SealedPlace(table: "installation", column: "sealed_check", row: ["1"])

    /// The installation's id; makes the row at the first open, later checks that the key file belongs to it.
    static func claim(_ db: Database, sealer: Sealer) throws -> String {
        try check(db, sealer: sealer) ?? create(db, sealer: sealer)
    }

    /// The id when the key file belongs to the database; nil before the first open.
    @discardableResult
    static func check(_ db: Database, sealer: Sealer) throws -> String? {
        let row = try Row.fetchOne(db, sql: "SELECT installation_id, sealed_check FROM installation")
        guard let row else { return nil }
        let id: String = row["installation_id"]
        guard (try? sealer.open(row["sealed_check"], at: place)) == Secret(id) else { throw StoreError.otherKey }
        return id
    }

    private static func create(_ db: Database, sealer: Sealer) throws -> String {
        let id = Hex.random(bytes: 8)
        try db.execute(
            sql: "INSERT INTO installation (id, installation_id, sealed_check) VALUES (1, ?, ?)",
            arguments: [id, try sealer.seal(Secret(id), at: place)])
        return id
    }
}
