/// JSON, with the comments that JSON5 readers take.
enum JSONTemplate {
    static func scan(_ scanner: inout TemplateScanner) {
        while let byte = scanner.peek() {
            let start = scanner.position
            if byte == UInt8(ascii: "\"") {
                scanner.quoted(by: "\"", backslash: true)
                scanner.emit(.doubleQuoted, from: start)
            } else if scanner.starts(with: "//") {
                scanner.comment()
            } else if scanner.starts(with: "/*") {
                while !scanner.isAtEnd, !scanner.starts(with: "*/") { scanner.skip() }
                scanner.skip(2)
                scanner.emit(.verbatim, from: start)
            } else if let length = scanner.referenceLength() {
                scanner.skip(length)
                scanner.emit(.bare, from: start)
            } else {
                scanner.copy()
            }
        }
    }
}

enum TOMLTemplate {
    static func scan(_ scanner: inout TemplateScanner) {
        while let byte = scanner.peek() {
            let start = scanner.position
            if scanner.starts(with: "\"\"\"") {
                scanner.quoted(by: "\"\"\"", backslash: true)
                scanner.emit(.doubleQuoted, from: start)
            } else if scanner.starts(with: "'''") {
                scanner.quoted(by: "'''", backslash: false)
                scanner.emit(.literalQuoted(delimiter: 3), from: start)
            } else if byte == UInt8(ascii: "\"") {
                scanner.quoted(by: "\"", backslash: true)
                scanner.emit(.doubleQuoted, from: start)
            } else if byte == UInt8(ascii: "'") {
                scanner.quoted(by: "'", backslash: false)
                scanner.emit(.literalQuoted(delimiter: 1), from: start)
            } else if byte == UInt8(ascii: "#") {
                scanner.comment()
            } else if let length = scanner.referenceLength() {
                scanner.skip(length)
                scanner.emit(.bare, from: start)
            } else {
                scanner.copy()
            }
        }
    }
}

/// Lines of `NAME=value`, `export` allowed, values with or without quotes.
enum EnvTemplate {
    static func scan(_ scanner: inout TemplateScanner) {
        while !scanner.isAtEnd {
            let lineStart = scanner.position
            scanner.skip(while: \.isBlank)
            if scanner.peek() == UInt8(ascii: "#") {
                scanner.skipToLineEnd()
                scanner.emit(.verbatim, from: lineStart)
            } else {
                scanner.skip { $0 != UInt8(ascii: "=") && $0 != .newline }
                let hasValue = scanner.peek() == UInt8(ascii: "=")
                scanner.skip(hasValue ? 1 : 0)
                scanner.skip(while: \.isBlank)
                scanner.emit(.verbatim, from: lineStart)
                if hasValue { value(&scanner) }
                scanner.comment()
            }
            if !scanner.isAtEnd { scanner.copy() }
        }
    }

    private static func value(_ scanner: inout TemplateScanner) {
        let start = scanner.position
        switch scanner.peek() {
        case UInt8(ascii: "\""): scanner.quoted(by: "\"", backslash: true)
        case UInt8(ascii: "'"): scanner.quoted(by: "'", backslash: false)
        default:
            while !scanner.isAtLineEnd, !scanner.starts(with: "\r\n"),
                !(scanner.peek()?.isBlank == true && scanner.peek(1) == UInt8(ascii: "#"))
            {
                scanner.skip()
            }
        }
        scanner.emit(.envValue, from: start)
    }
}
