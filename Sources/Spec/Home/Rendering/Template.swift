/// A text file with `${NAME}` references, rendered so that a value cannot break out of the place it is put into.
///
/// `$${NAME}` stands for the text `${NAME}`. Everything else with a dollar sign (`$NAME`, `${}`, `$(…)`) is no
/// reference. A value is never looked at for further references. In kinds that have comments, comments stay as they
/// are, so that no secret is written into one.
package struct Template: Sendable {
    /// A reference whose variable is not known. It stays in the text as it stands.
    package struct UnknownVariable: Error, Sendable, Hashable {
        package var name: String
        /// 1-based.
        package var line: Int
    }

    private let bytes: [UInt8]
    private let kind: TemplateKind

    /// nil for a binary file, which has no references: one that is not UTF-8 or holds a NUL.
    package init?(contents: [UInt8], path: String) {
        guard !contents.contains(0), String(validating: contents, as: UTF8.self) != nil else { return nil }
        bytes = contents
        kind = TemplateKind(path: path)
    }

    /// `lookup` gives a variable's value, nil for an unknown one.
    package func rendered(
        _ lookup: (String) -> String?
    ) -> (contents: [UInt8], unknown: [UnknownVariable]) {
        var scanner = TemplateScanner(bytes: bytes)
        switch kind {
        case .json: JSONTemplate.scan(&scanner)
        case .toml: TOMLTemplate.scan(&scanner)
        case .yaml: YAMLTemplate.scan(&scanner)
        case .env: EnvTemplate.scan(&scanner)
        case .raw: scanner.rest()
        }
        return scanner.tokens.rendered(from: bytes, kind: kind, lookup)
    }

    /// Names of the variables that it refers to, each with the line of its first reference.
    package func references() -> [String: Int] {
        rendered { _ in nil }.unknown.reduce(into: [:]) { $0[$1.name] = min($0[$1.name] ?? .max, $1.line) }
    }
}

/// What a file's name says about the escaping that values in it need.
enum TemplateKind {
    case json, yaml, toml, env, raw

    init(path: String) {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        switch name.split(separator: ".").last {
        case "json", "json5", "jsonc": self = .json
        case "yaml", "yml": self = .yaml
        case "toml": self = .toml
        case "env": self = .env
        default: self = name.hasPrefix(".env.") ? .env : .raw
        }
    }
}
