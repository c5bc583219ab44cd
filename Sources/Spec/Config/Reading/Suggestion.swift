/// "Did you mean" for a word that is not known.
enum Suggestion {
    /// Names the nearest known word when it is near enough, else all of them.
    static func remedy(for word: String, among known: [String]) -> String {
        if let near = nearest(to: word, among: known) { return "Did you mean \"\(near)\"?" }
        return "Known here: \(known.sorted().joined(separator: ", "))."
    }

    /// At most a third of the letters may differ; case, `_` and `-` do not count.
    static func nearest(to word: String, among known: [String]) -> String? {
        let letters = plain(word)
        let ranked = known.map { (distance(letters, plain($0)), $0) }.min { $0 < $1 }
        guard let (distance, candidate) = ranked, distance <= max(1, letters.count / 3) else { return nil }
        return candidate
    }

    private static func plain(_ word: String) -> [Character] {
        word.lowercased().filter { $0 != "_" && $0 != "-" }
    }

    /// Edits (insert, delete, replace, swap neighbours) that turn one into the other.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for (i, letter) in left.enumerated() {
            var row = [i + 1]
            for (j, other) in right.enumerated() {
                var cost = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
                if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
