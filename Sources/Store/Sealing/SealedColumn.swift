import Foundation
import GRDB

/// A column of sealed values, with the columns of its table that say which row one is in.
struct SealedColumn: Hashable, Sendable {
    let table: String
    let column: String
    /// As in ``SealedPlace/row``.
    let key: [String]

    /// Every one that the schema has.
    static let all = [
        SealedColumn(table: "installation", column: "sealed_check", key: ["id"]),
        SealedColumn(table: "wishes", column: "sealed_api_key", key: ["user_id", "backend"]),
        SealedColumn(table: "overrides", column: "sealed_value", key: ["user_id", "backend", "variable"]),
        SealedColumn(table: "invites", column: "sealed_code", key: ["code_digest"]),
    ]

    /// How many values are sealed with which key.
    static func use(_ db: Database) throws -> [SealingKeyID: Int] {
        try all.reduce(into: [:]) { use, column in
            for value in try Data.fetchAll(db, sql: "SELECT \(column.column) FROM \(column.table)") {
                use[SealingKeyID(sealedWith: value), default: 0] += 1
            }
        }
    }

    /// Seals every value anew that is not sealed with `newest`. The number of those.
    static func reseal(_ db: Database, sealer: Sealer, newest: SealingKeyID) throws -> Int {
        try all.reduce(0) { try $0 + $1.reseal(db, sealer: sealer, newest: newest) }
    }

    private func reseal(_ db: Database, sealer: Sealer, newest: SealingKeyID) throws -> Int {
        let rows = try Row.fetchAll(
            db, sql: "SELECT \(key.joined(separator: ", ")), \(column) AS sealed FROM \(table)")
        let condition = key.map { "\($0) = ?" }.joined(separator: " AND ")
        let update = try db.makeStatement(sql: "UPDATE \(table) SET \(column) = ? WHERE \(condition)")
        var count = 0
        for row in rows {
            let sealed: Data = row["sealed"]
            guard SealingKeyID(sealedWith: sealed) != newest else { continue }
            let values = key.map { row[$0] as DatabaseValue }
            let place = SealedPlace(table: table, column: column, row: values.map(Self.text))
            let resealed = try sealer.seal(try sealer.open(sealed, at: place), at: place)
            try update.execute(arguments: StatementArguments([resealed.databaseValue] + values))
            count += 1
        }
        return count
    }

    private static func text(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .string(let text): text
        case .int64(let number): String(number)
        default: "\(value)"
        }
    }
}
