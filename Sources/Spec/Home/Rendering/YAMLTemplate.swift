/// YAML, as far as it must be known to tell quoted, plain and block scalars and comments apart.
enum YAMLTemplate {
    static func scan(_ scanner: inout TemplateScanner) {
        var flowDepth = 0
        while let byte = scanner.peek() {
            let start = scanner.position
            switch byte {
            case UInt8(ascii: "\""):
                scanner.quoted(by: "\"", backslash: true)
                scanner.emit(.doubleQuoted, from: start)
            case UInt8(ascii: "'"):
                singleQuoted(&scanner)
            case UInt8(ascii: "#") where isAfterBlank(scanner):
                scanner.comment()
            case UInt8(ascii: "|") where flowDepth == 0, UInt8(ascii: ">") where flowDepth == 0:
                block(&scanner)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                flowDepth += 1
                scanner.copy()
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                flowDepth = max(0, flowDepth - 1)
                scanner.copy()
            case UInt8(ascii: ","), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), .newline:
                scanner.copy()
            case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
                // After a quoted key in a flow the colon needs no blank; `-1` and `:x` are plain.
                if scanner.peek(1)?.isSpaceOrLineEnd ?? true || (byte == UInt8(ascii: ":") && flowDepth > 0) {
                    scanner.copy()
                } else {
                    plain(&scanner, inFlow: flowDepth > 0)
                }
            case UInt8(ascii: "&"), UInt8(ascii: "!"), UInt8(ascii: "*"):
                scanner.skip { !$0.isSpaceOrLineEnd }
                scanner.emit(.verbatim, from: start)
            default:
                plain(&scanner, inFlow: flowDepth > 0)
            }
        }
    }

    /// A doubled quote is part of the text.
    private static func singleQuoted(_ scanner: inout TemplateScanner) {
        let start = scanner.position
        repeat { scanner.quoted(by: "'", backslash: false) } while scanner.peek() == UInt8(ascii: "'")
        scanner.emit(.singleQuoted, from: start)
    }

    /// To the end of the line, a comment, or the colon after a key; in a flow also to the next sign of it.
    private static func plain(_ scanner: inout TemplateScanner, inFlow: Bool) {
        let start = scanner.position
        while let byte = scanner.peek() {
            if let length = scanner.referenceLength() {
                scanner.skip(length)
                continue
            }
            let next = scanner.peek(1)
            if byte == .newline || byte == UInt8(ascii: "\r") { break }
            if byte == UInt8(ascii: ":"), next?.isSpaceOrLineEnd ?? true { break }
            if byte.isBlank, endsAfterBlanks(scanner) { break }
            if inFlow, ",[]{}".utf8.contains(byte) { break }
            scanner.skip()
        }
        let end = scanner.position
        scanner.emit(.plainYAML(inFlow: inFlow), from: start)
        if end == start { scanner.copy() }
    }

    /// The header, then every line that is blank or indented as far as the first one that is not.
    private static func block(_ scanner: inout TemplateScanner) {
        scanner.comment()
        let headerLine = scanner.bytes[..<scanner.position].lastIndex(of: .newline).map { $0 + 1 } ?? 0
        let parent = scanner.bytes[headerLine...].prefix { $0 == .space }.count
        var indentation: Int?
        while scanner.peek() == .newline {
            let line = scanner.bytes[(scanner.position + 1)...].prefix { $0 != .newline }
            let spaces = line.prefix { $0 == .space }.count
            if !line.allSatisfy(\.isSpaceOrLineEnd) {
                let needed = indentation ?? parent + 1
                guard spaces >= needed else { return }
                indentation = indentation ?? spaces
            }
            let start = scanner.position
            scanner.skip(1 + line.count)
            scanner.emit(.block(indentation: indentation ?? 0), from: start)
        }
    }

    /// Whether only blanks are left before a comment or the end of the line.
    private static func endsAfterBlanks(_ scanner: TemplateScanner) -> Bool {
        guard let next = scanner.bytes[scanner.position...].first(where: { !$0.isBlank }) else { return true }
        return next == .newline || next == UInt8(ascii: "\r") || next == UInt8(ascii: "#")
    }

    private static func isAfterBlank(_ scanner: TemplateScanner) -> Bool {
        scanner.isAtLineStart || scanner.peek(-1)?.isSpaceOrLineEnd == true
    }
}
