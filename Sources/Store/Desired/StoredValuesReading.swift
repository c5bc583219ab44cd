import GRDB
import Spec

extension StoredValues {
    /// The overrides that `condition` holds for, in terms of the tables `overrides` and `users`, and all that is shared.
    static func fetch(_ db: Database, sealer: Sealer, where condition: SQL = "TRUE") throws -> StoredValues {
        var values = StoredValues(
            shared: try String.fetchSet(db, sql: "SELECT variable FROM shared_variables"),
            adminSlug: try String.fetchOne(db, sql: "SELECT slug FROM users WHERE role = 'admin'"))
        let request: SQLRequest<Row> = """
            SELECT user_id, slug, backend, variable, sealed_value FROM overrides JOIN users ON id = user_id
            WHERE \(condition)
            """
        for row in try request.fetchAll(db) {
            let (slug, backend, variable): (String, String, String) = (row["slug"], row["backend"], row["variable"])
            values.overrides[slug, default: [:]][backend, default: [:]][variable] = try sealer.open(
                row["sealed_value"], at: .override(user: row["user_id"], backend: backend, variable: variable))
        }
        return values
    }
}
