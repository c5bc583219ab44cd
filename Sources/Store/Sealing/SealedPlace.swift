/// Where a sealed value lives. A value opens only at the place it was sealed for, so a row that was copied over
/// another one by hand is noticed.
package struct SealedPlace: Sendable, Hashable, CustomStringConvertible {
    package var table: String
    package var column: String
    /// Primary key of the row, in order.
    package var row: [String]

    package init(table: String, column: String, row: [String]) {
        self.table = table
        self.column = column
        self.row = row
    }

    /// Each part with its length in front, so that no two places have the same bytes.
    var bytes: [UInt8] { ([table, column] + row).flatMap { Array("\($0.utf8.count):\($0)".utf8) } }

    package var description: String { "\(table).\(column)[\(row.joined(separator: ", "))]" }
}
