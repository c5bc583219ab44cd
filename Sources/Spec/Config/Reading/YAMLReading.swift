import Yams

/// Reads YAML into nodes with lines.
enum YAMLReading {
    /// nil after a syntax error has been reported; an empty file is an empty group.
    static func read(_ text: String, in context: ParseContext) -> ConfigNode? {
        var text = text
        var masked: [Character: Character] = [:]
        while true {
            do {
                guard let root = try Parser(yaml: text).singleRoot() else {
                    return ConfigNode(line: 1, value: .object([]))
                }
                var budget = 10_000
                if let node = convert(root, masked: masked, budget: &budget) { return node }
                context.add(line: nil, "It has more than 10,000 values.", "Use fewer aliases.")
                return nil
            } catch YamlError.duplicatedKeysInMapping(let keys, let place) {
                // Yams stops here. With the first of the twins renamed it goes on, and both reach the reader.
                if mask(&text, at: place.mark, &masked) { continue }
                context.add(
                    line: place.mark.line, "\(keys.map { "\"\($0)\"" }.joined(separator: ", ")) is written twice.",
                    "Keep one of them.")
            } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
                YamlError.composer(_, let problem, let mark, _)
            {
                context.add(line: mark.line, "This is not YAML: \(problem).", remedy(for: problem))
            } catch {
                context.add(line: nil, "This is not YAML: it has characters that are not text.", "Save it as UTF-8.")
            }
            return nil
        }
    }

    private static func remedy(for problem: String) -> String {
        problem.contains("cannot start any token")
            ? "Indent with spaces, not tabs, and quote values that begin with a special character."
            : "Check the indentation, colons and quotes on this line and the one above."
    }

    /// nil when `budget` nodes were not enough, which only aliases of aliases can need.
    private static func convert(_ node: Node, masked: [Character: Character], budget: inout Int) -> ConfigNode? {
        budget -= 1
        guard budget > 0 else { return nil }
        let line = node.mark?.line
        switch node {
        case .scalar(let scalar):
            return ConfigNode(line: line, value: .scalar(scalar.string, kind(of: scalar)))
        case .sequence(let sequence):
            var items: [ConfigNode] = []
            for item in sequence {
                guard let item = convert(item, masked: masked, budget: &budget) else { return nil }
                items.append(item)
            }
            return ConfigNode(line: line, value: .list(items))
        case .mapping(let mapping):
            var entries: [ConfigNode.Entry] = []
            for (key, value) in mapping {
                guard let value = convert(value, masked: masked, budget: &budget) else { return nil }
                let line = key.mark?.line ?? line ?? 1
                entries.append(.init(key: unmask(key.string ?? "?", masked), line: line, node: value))
            }
            return ConfigNode(line: line, value: .object(entries))
        case .alias:
            return ConfigNode(line: line, value: .scalar("", .null))
        }
    }

    private static func kind(of scalar: Node.Scalar) -> ConfigNode.ScalarKind {
        guard scalar.style == .plain || scalar.style == .any else { return .text }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string) ? .null : .plain
    }

    // MARK: Keys written twice

    /// Replaces the first character of the key at `mark` by one of the private use area; false when it cannot.
    private static func mask(_ text: inout String, at mark: Mark, _ masked: inout [Character: Character]) -> Bool {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard masked.count < 100, lines.indices.contains(mark.line - 1),
            let stand = Unicode.Scalar(0xE000 + UInt32(masked.count)).map(Character.init)
        else { return false }
        var scalars = Array(lines[mark.line - 1].unicodeScalars)
        var column = mark.column - 1
        if scalars.indices.contains(column), scalars[column] == "\"" || scalars[column] == "'" { column += 1 }
        guard scalars.indices.contains(column), let scalar = stand.unicodeScalars.first else { return false }
        masked[stand] = Character(scalars[column])
        scalars[column] = scalar
        lines[mark.line - 1] = String(String.UnicodeScalarView(scalars))
        text = lines.joined(separator: "\n")
        return true
    }

    private static func unmask(_ key: String, _ masked: [Character: Character]) -> String {
        guard let first = key.first, let original = masked[first] else { return key }
        return String(original) + key.dropFirst()
    }
}
