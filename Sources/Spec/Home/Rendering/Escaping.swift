/// How a value is written so that a reader of the file gets exactly it back.
enum Escaping {
    /// Inside double quotes of JSON, YAML and TOML alike.
    static func doubleQuoted(_ value: String) -> String {
        escaped(value) { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: isControl(scalar) ? "\\u" + hex(scalar.value) : nil
            }
        }
    }

    /// As the next lines of a block scalar. What cannot stand in one is left out.
    static func indented(_ value: String, by spaces: Int) -> String {
        let lines = value.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.map { line in
            String(String.UnicodeScalarView(line.unicodeScalars.filter { !isControl($0) || $0 == "\t" }))
        }.joined(separator: "\n" + String(repeating: " ", count: spaces))
    }

    static func hasControls(_ value: String) -> Bool { value.unicodeScalars.contains(where: isControl) }

    /// A JSON or TOML value that needs no quotes.
    static func isNumberOrTruth(_ value: String) -> Bool {
        if value == "true" || value == "false" { return true }
        let digits = value.hasPrefix("-") ? value.dropFirst() : Substring(value)
        guard digits.count == 1 || digits.first != "0" || digits.hasPrefix("0.") else { return false }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }
    }

    /// Whether YAML reads it without quotes as this very text (or as the number, truth value it looks like).
    static func isPlainYAML(_ value: String, inFlow: Bool) -> Bool {
        guard let first = value.unicodeScalars.first, let last = value.unicodeScalars.last else { return false }
        let isIndicator = "-?:,[]{}#&*!|>'\"%@`= \t".unicodeScalars.contains(first)
        let startsNumber = first == "-" && value.utf8.dropFirst().first?.isDigit == true
        if (isIndicator && !startsNumber) || last == ":" || last == " " || last == "\t" { return false }
        if hasControls(value) || value.contains(": ") || value.contains(" #") { return false }
        return !(inFlow && value.contains { ",[]{}".contains($0) })
    }

    // MARK: Env files, as shells and dotenv readers take them

    static func isBareEnv(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0.isAlphanumeric || "_./:@%+,=-".utf8.contains($0) }
    }

    /// Nothing is special between single quotes but the quote; some readers take backslash escapes.
    static func fitsSingleQuotes(_ value: String) -> Bool {
        !value.contains("'") && !value.contains("\\") && !hasControls(value)
    }

    static func envQuoted(_ value: String) -> String {
        fitsSingleQuotes(value) ? "'\(value)'" : "\"\(envDoubleQuoted(value))\""
    }

    static func envDoubleQuoted(_ value: String) -> String {
        escaped(value) { scalar in
            switch scalar {
            case "\"", "\\", "$", "`": "\\" + String(scalar)
            case "\n": "\\n"
            case "\r": "\\r"
            default: nil
            }
        }
    }

    // MARK: Scalars

    private static func escaped(_ value: String, _ escape: (Unicode.Scalar) -> String?) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            if let text = escape(scalar) { result += text } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// C0, DEL, C1 and Unicode's own line breaks: what a reader may refuse or take for the end of a line.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF: true
        default: false
        }
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
