import Foundation

/// Rows of cells in columns of equal width, two spaces apart.
struct TextTable: CustomStringConvertible {
    private let rows: [[String]]

    /// Each row has as many cells as the first.
    init(_ rows: [[String]]) { self.rows = rows }

    var description: String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { text, width in text + String(repeating: " ", count: width - text.count) }
                .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }
}
