/// Cuts a file into tokens, each with the way its values are escaped. Knows no values.
struct TemplateScanner {
    let bytes: [UInt8]
    private(set) var position = 0
    private(set) var tokens: [TemplateToken] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }
    var isAtLineStart: Bool { position == 0 || bytes[position - 1] == .newline }
    var isAtLineEnd: Bool { isAtEnd || bytes[position] == .newline }

    func peek(_ offset: Int = 0) -> UInt8? {
        let index = position + offset
        return bytes.indices.contains(index) ? bytes[index] : nil
    }

    func starts(with text: StaticString, at offset: Int = 0) -> Bool {
        let start = position + offset
        guard start >= 0, start + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { $0.elementsEqual(bytes[start..<start + text.utf8CodeUnitCount]) }
    }

    /// Length of the reference (`${NAME}` or `$${NAME}`) that begins here; nil when none does.
    func referenceLength() -> Int? { TemplateReference(in: bytes, at: position, end: bytes.count)?.length }

    mutating func skip(_ count: Int = 1) { position = min(position + count, bytes.count) }

    mutating func skip(while condition: (UInt8) -> Bool) {
        while let byte = peek(), condition(byte) { position += 1 }
    }

    mutating func skipToLineEnd() { skip { $0 != .newline } }

    /// Everything from `start` to here becomes one token.
    mutating func emit(_ style: TemplateToken.Style, from start: Int) {
        if start < position { tokens.append(TemplateToken(range: start..<position, style: style)) }
    }

    /// One byte that stands for itself.
    mutating func copy(_ count: Int = 1) {
        let start = position
        skip(count)
        emit(.verbatim, from: start)
    }

    mutating func comment() {
        let start = position
        skipToLineEnd()
        emit(.verbatim, from: start)
    }

    mutating func rest() {
        let start = position
        position = bytes.count
        emit(.raw, from: start)
    }

    /// From an opening delimiter of `quote` to its closing one. With `backslash`, that sign hides the next byte.
    mutating func quoted(by quote: StaticString, backslash: Bool) {
        skip(quote.utf8CodeUnitCount)
        while !isAtEnd, !starts(with: quote) { skip(backslash && peek() == .backslash ? 2 : 1) }
        skip(quote.utf8CodeUnitCount)
    }
}

/// A part of a file and how values in it are written.
struct TemplateToken {
    enum Style {
        /// Copied; a reference in it is none.
        case verbatim
        /// Values as they are.
        case raw
        /// With its double quotes; values get backslash escapes.
        case doubleQuoted
        /// With its single quotes, in which a quote is doubled (YAML).
        case singleQuoted
        /// With delimiters (their length) between which nothing can be escaped (TOML).
        case literalQuoted(delimiter: Int)
        /// No quotes: a number or a truth value stays bare, anything else is quoted.
        case bare
        /// A YAML scalar without quotes; quoted when a value would change what it is.
        case plainYAML(inFlow: Bool)
        /// Lines of a YAML block scalar, indented by this much.
        case block(indentation: Int)
        /// The value of a line of an env file, with its quotes if it has any.
        case envValue
    }

    var range: Range<Int>
    var style: Style
}

/// `${NAME}`, or `$${NAME}` which stands for the former's text.
struct TemplateReference {
    var name: String
    var length: Int
    var isEscaped: Bool

    init?(in bytes: [UInt8], at start: Int, end: Int) {
        guard start < end, bytes[start] == .dollar else { return nil }
        isEscaped = start + 1 < end && bytes[start + 1] == .dollar
        let brace = start + (isEscaped ? 2 : 1)
        guard brace < end, bytes[brace] == UInt8(ascii: "{"),
            let close = bytes[brace..<end].firstIndex(of: UInt8(ascii: "}"))
        else { return nil }
        name = String(decoding: bytes[(brace + 1)..<close], as: UTF8.self)
        guard EnvironmentName.isValid(name) else { return nil }
        length = close + 1 - start
    }
}

extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let backslash = UInt8(ascii: "\\")
    static let dollar = UInt8(ascii: "$")
    static let space = UInt8(ascii: " ")

    var isBlank: Bool { self == .space || self == UInt8(ascii: "\t") }
    var isSpaceOrLineEnd: Bool { isBlank || self == .newline || self == UInt8(ascii: "\r") }
}
