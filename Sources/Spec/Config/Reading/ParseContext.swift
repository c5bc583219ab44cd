/// One reading of one file: collects its problems and remembers on which line each path stands.
final class ParseContext {
    let file: String
    private(set) var problems: [ConfigProblem] = []
    private(set) var lines: [String: Int] = [:]

    init(file: String) { self.file = file }

    func add(_ place: Place, _ message: String, _ remedy: String) {
        problems.append(
            ConfigProblem(file: place.file, line: place.line, path: place.path, message: message, remedy: remedy)
        )
    }

    /// For a problem of the file as a whole or of its syntax.
    func add(line: Int?, _ message: String, _ remedy: String) {
        add(Place(file: file, line: line, path: ""), message, remedy)
    }

    func remember(_ place: Place) {
        if place.file == file, let line = place.line { lines[place.path] = line }
    }

    var sourceMap: SourceMap { SourceMap(file: file, lines: lines) }
}

/// Where a value stands: the parts of a ``ConfigProblem`` that say so.
struct Place {
    var file: String
    var line: Int?
    var path: String
}

/// On which line of a file each path was found, for checks that come after the reading.
package struct SourceMap: Sendable {
    package var file: String
    /// Dotted path, `backends[2].image`, to its 1-based line.
    package var lines: [String: Int]

    package init(file: String, lines: [String: Int] = [:]) {
        self.file = file
        self.lines = lines
    }

    func problem(_ path: String, _ message: String, _ remedy: String) -> ConfigProblem {
        ConfigProblem(file: file, line: lines[path], path: path, message: message, remedy: remedy)
    }
}

extension [ConfigProblem] {
    /// In the order file, line, path; a problem without a line comes before those with one.
    package func inFileOrder() -> [ConfigProblem] {
        sorted { ($0.file, $0.line ?? 0, $0.path, $0.message) < ($1.file, $1.line ?? 0, $1.path, $1.message) }
    }
}
