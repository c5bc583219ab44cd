import Foundation
import GRDB
package import Spec

extension Store {
    /// Stores a user's value of a variable for one backend, or for all with backend `""`; nil or empty deletes it.
    /// Bumps the generation of the wishes it may concern. Returns whether anything changed.
    @discardableResult
    package func setOverride(
        user slug: String, backend: String, variable: String, value: Secret?
    ) async throws -> Bool {
        try await write { [sealer] db, effects in
            let user = try db.userID(slug: slug)
            let place = SealedPlace.override(user: user, backend: backend, variable: variable)
            let key: StatementArguments = ["user": user, "backend": backend, "variable": variable]
            let row = "user_id = :user AND backend = :backend AND variable = :variable"
            let stored = try Data.fetchOne(db, sql: "SELECT sealed_value FROM overrides WHERE \(row)", arguments: key)
            let wanted = value.flatMap { $0.isEmpty ? nil : $0 }
            guard try stored.map({ try sealer.open($0, at: place) }) != wanted else { return false }

            if let wanted {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO overrides VALUES (:user, :backend, :variable, :value)",
                    arguments: key + ["value": try sealer.seal(wanted, at: place)])
            } else {
                try db.execute(sql: "DELETE FROM overrides WHERE \(row)", arguments: key)
            }
            try Self.bumpGenerations(db, ofUser: user, backend: backend, variable: variable)
            effects.changesDesiredState = true
            return true
        }
    }

    /// Whether the admin's own value of the variable for all backends is everybody's. Returns whether that changed.
    @discardableResult
    package func setShared(variable: String, _ shared: Bool) async throws -> Bool {
        try await write { db, effects in
            let sql =
                shared
                ? "INSERT OR IGNORE INTO shared_variables (variable) VALUES (?)"
                : "DELETE FROM shared_variables WHERE variable = ?"
            try db.execute(sql: sql, arguments: [variable])
            guard db.changesCount > 0 else { return false }
            try db.execute(sql: "UPDATE wishes SET generation = generation + 1")
            effects.changesDesiredState = true
            return true
        }
    }

    /// A value that everybody shares concerns every wish; another one its user's, of one backend or of all.
    private static func bumpGenerations(
        _ db: Database, ofUser user: UserID, backend: String, variable: String
    ) throws {
        try db.execute(
            sql: """
                UPDATE wishes SET generation = generation + 1
                WHERE (user_id = :user AND :backend IN ('', backend))
                OR (:backend = '' AND EXISTS (SELECT 1 FROM shared_variables WHERE variable = :variable)
                    AND EXISTS (SELECT 1 FROM users WHERE id = :user AND role = 'admin'))
                """, arguments: ["user": user, "backend": backend, "variable": variable])
    }
}

extension SealedPlace {
    static func override(user: UserID, backend: String, variable: String) -> SealedPlace {
        SealedPlace(table: "overrides", column: "sealed_value", row: [String(user), backend, variable])
    }
}
