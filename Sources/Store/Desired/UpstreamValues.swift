import Foundation
import GRDB
package import Spec

extension Store: UpstreamValueKeeping {
    package func upstreamValues(ofUser slug: String) async throws -> StoredValues {
        try await pool.read { [sealer] db in
            try StoredValues.fetch(db, sealer: sealer, where: "slug = \(slug) OR (role = 'admin' AND backend = '')")
        }
    }

    /// Bumps the generation of the wishes it may concern. Throws ``StoreError/unknownUser(_:)`` when the user is gone.
    @discardableResult
    package func setOverride(
        user slug: String, backend: String, variable: String, value: Secret?
    ) async throws -> ValuesChange? {
        try await write { [sealer] db, effects in
            let user = try db.userID(slug: slug)
            let place = SealedPlace.override(user: user, backend: backend, variable: variable)
            let key: StatementArguments = ["user": user, "backend": backend, "variable": variable]
            let row = "user_id = :user AND backend = :backend AND variable = :variable"
            let stored = try Data.fetchOne(db, sql: "SELECT sealed_value FROM overrides WHERE \(row)", arguments: key)
            let wanted = value.flatMap { $0.isEmpty ? nil : $0 }
            guard try stored.map({ try sealer.open($0, at: place) }) != wanted else { return nil }

            effects.changesDesiredState = true
            effects.audit(
                wanted == nil ? .keyDelete : .keySet,
                target: [slug, backend, variable].filter { !$0.isEmpty }.joined(separator: "/"),
                before: stored == nil ? "unset" : "set", after: wanted == nil ? "unset" : "set")
            return try Self.change(db, sealer: sealer, variable: variable, concerning: .override(of: key)) {
                if let wanted {
                    try db.execute(
                        sql: "INSERT OR REPLACE INTO overrides VALUES (:user, :backend, :variable, :value)",
                        arguments: key + ["value": try sealer.seal(wanted, at: place)])
                } else {
                    try db.execute(sql: "DELETE FROM overrides WHERE \(row)", arguments: key)
                }
            }
        }
    }

    /// Bumps the generation of every wish when it changes something.
    @discardableResult
    package func setShared(variable: String, _ shared: Bool) async throws -> ValuesChange? {
        try await write { [sealer] db, effects in
            let stored = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM shared_variables WHERE variable = ?)", arguments: [variable])
            guard stored != shared else { return nil }

            effects.changesDesiredState = true
            effects.audit(shared ? .shareOn : .shareOff, target: "shared:\(variable)")
            return try Self.change(db, sealer: sealer, variable: variable, concerning: .everybody) {
                let sql =
                    shared
                    ? "INSERT INTO shared_variables (variable) VALUES (?)"
                    : "DELETE FROM shared_variables WHERE variable = ?"
                try db.execute(sql: sql, arguments: [variable])
            }
        }
    }

    /// Makes an edit of a variable's rows with the values read just before and just after it, inside one transaction.
    private static func change(
        _ db: Database, sealer: Sealer, variable: String, concerning wishes: Concerned, _ edit: () throws -> Void
    ) throws -> ValuesChange {
        let before = try StoredValues.fetch(db, sealer: sealer, where: "variable = \(variable)")
        try edit()
        try db.execute(
            sql: "UPDATE wishes SET generation = generation + 1 WHERE \(wishes.condition)",
            arguments: wishes.arguments)
        let wished = try Row.fetchAll(
            db,
            sql: """
                SELECT slug, backend FROM wishes JOIN users ON id = user_id
                WHERE withdrawn IS NULL AND \(wishes.condition)
                """, arguments: wishes.arguments)
        return ValuesChange(
            variable: variable, before: before,
            after: try StoredValues.fetch(db, sealer: sealer, where: "variable = \(variable)"),
            wished: wished.map { RunnerID(user: $0["slug"], backend: $0["backend"]) })
    }
}

/// Wishes that an edit may concern, as a condition on the table `wishes`.
private struct Concerned {
    var condition: String
    var arguments: StatementArguments = [:]

    static let everybody = Concerned(condition: "TRUE")

    /// The user's own, of one backend or of all; everybody's when it is a value that the admin shares.
    static func override(of key: StatementArguments) -> Concerned {
        Concerned(
            condition: """
                (user_id = :user AND :backend IN ('', wishes.backend)
                OR :backend = '' AND EXISTS (SELECT 1 FROM shared_variables WHERE variable = :variable)
                    AND EXISTS (SELECT 1 FROM users AS owner WHERE owner.id = :user AND role = 'admin'))
                """, arguments: key)
    }
}

extension SealedPlace {
    static func override(user: UserID, backend: String, variable: String) -> SealedPlace {
        SealedPlace(table: "overrides", column: "sealed_value", row: [String(user), backend, variable])
    }
}
