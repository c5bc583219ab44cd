/// Reads JSON with `//` and `/* */` comments into nodes with lines. Everything else is as strict as JSON is.
struct JSONReading {
    /// nil after a syntax error has been reported.
    static func read(_ text: String, in context: ParseContext) -> ConfigNode? {
        var reading = JSONReading(bytes: Array(text.utf8), context: context)
        do throws(SyntaxError) {
            let node = try reading.value(depth: 0)
            try reading.skipBlank()
            if let extra = reading.peek() { throw reading.unexpected(extra, "after the end") }
            return node
        } catch {
            context.add(line: error.line, error.message, error.remedy)
            return nil
        }
    }

    private struct SyntaxError: Error {
        var line: Int
        var message: String
        var remedy: String
    }

    private let bytes: [UInt8]
    private let context: ParseContext
    private var position = 0
    private var line = 1

    private init(bytes: [UInt8], context: ParseContext) {
        // A byte order mark is no part of the text.
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        self.context = context
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(SyntaxError) -> ConfigNode {
        try skipBlank()
        guard depth < 32 else { throw error("It is nested too deeply.", "Use at most 32 levels.") }
        let start = line
        switch peek() {
        case UInt8(ascii: "{"): return ConfigNode(line: start, value: .object(try object(depth: depth)))
        case UInt8(ascii: "["): return ConfigNode(line: start, value: .list(try list(depth: depth)))
        case UInt8(ascii: "\""): return ConfigNode(line: start, value: .scalar(try string(), .text))
        case .some(let byte): return ConfigNode(line: start, value: try word(byte))
        case nil: throw error("The file ends where a value is due.", "Close every bracket and brace.")
        }
    }

    private mutating func object(depth: Int) throws(SyntaxError) -> [ConfigNode.Entry] {
        var entries: [ConfigNode.Entry] = []
        try elements(from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) { (reading) throws(SyntaxError) in
            guard reading.peek() == UInt8(ascii: "\"") else {
                throw reading.error("A key is due here.", "Write keys in double quotes.")
            }
            let line = reading.line
            let key = try reading.string()
            try reading.skipBlank()
            guard reading.take(UInt8(ascii: ":")) else {
                throw reading.error("A colon is missing after \"\(key)\".", "Write \"\(key)\": and the value.")
            }
            entries.append(.init(key: key, line: line, node: try reading.value(depth: depth + 1)))
        }
        return entries
    }

    private mutating func list(depth: Int) throws(SyntaxError) -> [ConfigNode] {
        var items: [ConfigNode] = []
        try elements(from: UInt8(ascii: "["), to: UInt8(ascii: "]")) { (reading) throws(SyntaxError) in
            items.append(try reading.value(depth: depth + 1))
        }
        return items
    }

    /// Elements between commas. A comma before the closing sign is reported, and reading goes on.
    private mutating func elements(
        from open: UInt8, to close: UInt8, element: (inout JSONReading) throws(SyntaxError) -> Void
    ) throws(SyntaxError) {
        _ = take(open)
        try skipBlank()
        if take(close) { return }
        while true {
            try element(&self)
            try skipBlank()
            if take(close) { return }
            let comma = line
            guard take(UInt8(ascii: ",")) else {
                guard let byte = peek() else {
                    throw error("The file ends inside a list or an object.", "Close every bracket and brace.")
                }
                throw unexpected(byte, "where a comma or the end is due")
            }
            try skipBlank()
            if take(close) {
                let sign = String(UnicodeScalar(close))
                return context.add(line: comma, "There is a comma before \"\(sign)\".", "Remove the last comma.")
            }
        }
    }

    /// `true`, `false`, `null` or a number.
    private mutating func word(_ first: UInt8) throws(SyntaxError) -> ConfigNode.Value {
        let start = position
        while let byte = peek(), byte.isWord { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        switch text {
        case "true", "false": return .scalar(text, .boolean)
        case "null": return .scalar(text, .null)
        case "": throw unexpected(first, "where a value is due")
        default:
            guard Self.isNumber(text) else {
                throw error("\"\(text)\" is not a value.", "Write text in double quotes.")
            }
            return .scalar(text, .number)
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        let leadingZero = digits.hasPrefix("0") && digits.dropFirst().first.map { ("0"..."9").contains($0) } == true
        let allowed = digits.allSatisfy { "0123456789.eE+-".contains($0) }
        return digits.first.map { ("0"..."9").contains($0) } == true && digits.last?.isNumber == true
            && !leadingZero && allowed && Double(text) != nil
    }

    // MARK: Strings

    private mutating func string() throws(SyntaxError) -> String {
        _ = take(UInt8(ascii: "\""))
        var result: [UInt8] = []
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"): result += try escape()
            case 0..<0x20:
                throw error("A text is not closed on its line.", "Close the quotes; write a line break as \\n.")
            default: result.append(byte)
            }
        }
        throw error("The file ends inside a text.", "Close the quotes.")
    }

    private mutating func escape() throws(SyntaxError) -> [UInt8] {
        let byte = peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte ?? 0]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw error("A backslash is followed by no known letter.", "Write \\\\ for a backslash.")
        }
    }

    private mutating func unicodeEscape() throws(SyntaxError) -> [UInt8] {
        var units = [try codeUnit()]
        if UTF16.isLeadSurrogate(units[0]), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            units.append(try codeUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw error("A \\u escape is half of a pair.", "Write both halves, or the character itself.")
        }
        return Array(text.utf8)
    }

    private mutating func codeUnit() throws(SyntaxError) -> UInt16 {
        let digits = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) else {
            throw error("\\u is not followed by four hex digits.", "Write four, like \\u00e9.")
        }
        position += 4
        return unit
    }

    // MARK: Blanks and comments

    private mutating func skipBlank() throws(SyntaxError) {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "/"): try skipComment()
            default: return
            }
        }
    }

    private mutating func skipComment() throws(SyntaxError) {
        let start = line
        switch position + 1 < bytes.count ? bytes[position + 1] : nil {
        case UInt8(ascii: "/"):
            while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
        case UInt8(ascii: "*"):
            position += 2
            while let byte = peek() {
                position += 1
                if byte == UInt8(ascii: "\n") { line += 1 }
                if byte == UInt8(ascii: "*"), take(UInt8(ascii: "/")) { return }
            }
            throw SyntaxError(line: start, message: "A comment is not closed.", remedy: "Close it with */.")
        default: throw unexpected(UInt8(ascii: "/"), "where a value or a comment is due")
        }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private func error(_ message: String, _ remedy: String) -> SyntaxError {
        SyntaxError(line: line, message: message, remedy: remedy)
    }

    private func unexpected(_ byte: UInt8, _ place: String) -> SyntaxError {
        let sign = byte < 0x80 ? String(UnicodeScalar(byte)) : "a character that is not ASCII"
        return error("\"\(sign)\" stands \(place).", "Check commas, quotes and brackets here and on the line above.")
    }
}

extension UInt8 {
    fileprivate var isWord: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
