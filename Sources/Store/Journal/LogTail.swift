/// The last lines of a container as one column: lines end with a line feed, so that no lines and one empty line differ.
enum LogTail {
    static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
