/// Reads JSON in place: finds the members of an object and checks the rest, without building a tree.
///
/// Strict as RFC 8259 is: no comments, no trailing commas, no control characters in strings. UTF-8 is checked where a
/// string is decoded. Works on a borrowed span, which the caller gives to each call.
struct JSONReader {
    /// Deeper nesting is refused, so that no input can exhaust the stack.
    static let deepest = 128

    /// Index of the next byte.
    private(set) var position: Int

    init(at position: Int = 0) { self.position = position }

    /// Calls `visit` with each member of the object that starts here, in order, and moves behind the object.
    mutating func readObject(
        in bytes: Span<UInt8>, depth: Int = 1, visit: (JSONMember) throws(JSONProblem) -> Void
    ) throws(JSONProblem) {
        try expect(UInt8(ascii: "{"), in: bytes, depth: depth)
        skipSpace(in: bytes)
        if take(UInt8(ascii: "}"), in: bytes) { return }
        repeat {
            skipSpace(in: bytes)
            let name = try readString(in: bytes)
            skipSpace(in: bytes)
            guard take(UInt8(ascii: ":"), in: bytes) else { throw .malformed(at: position) }
            skipSpace(in: bytes)
            let start = position
            let kind = try skipValue(in: bytes, depth: depth)
            try visit(JSONMember(name: name, value: JSONValue(range: start..<position, kind: kind)))
            skipSpace(in: bytes)
        } while take(UInt8(ascii: ","), in: bytes)
        guard take(UInt8(ascii: "}"), in: bytes) else { throw .malformed(at: position) }
    }

    /// Calls `visit` with each element of the array that starts here, in order, and moves behind the array.
    mutating func readArray(
        in bytes: Span<UInt8>, depth: Int = 1, visit: (JSONValue) throws(JSONProblem) -> Void
    ) throws(JSONProblem) {
        try expect(UInt8(ascii: "["), in: bytes, depth: depth)
        skipSpace(in: bytes)
        if take(UInt8(ascii: "]"), in: bytes) { return }
        repeat {
            skipSpace(in: bytes)
            let start = position
            let kind = try skipValue(in: bytes, depth: depth)
            try visit(JSONValue(range: start..<position, kind: kind))
            skipSpace(in: bytes)
        } while take(UInt8(ascii: ","), in: bytes)
        guard take(UInt8(ascii: "]"), in: bytes) else { throw .malformed(at: position) }
    }

    /// Moves behind spaces, tabs and line breaks.
    mutating func skipSpace(in bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func skipValue(in bytes: Span<UInt8>, depth: Int) throws(JSONProblem) -> JSONValue.Kind {
        guard position < bytes.count else { throw .malformed(at: position) }
        switch bytes[position] {
        case UInt8(ascii: "{"):
            try readObject(in: bytes, depth: depth + 1) { (_) throws(JSONProblem) in }
            return .object
        case UInt8(ascii: "["):
            try readArray(in: bytes, depth: depth + 1) { (_) throws(JSONProblem) in }
            return .array
        case UInt8(ascii: "\""):
            return .string(try readString(in: bytes))
        case UInt8(ascii: "t"):
            try skipLiteral("true", in: bytes)
            return .bool(true)
        case UInt8(ascii: "f"):
            try skipLiteral("false", in: bytes)
            return .bool(false)
        case UInt8(ascii: "n"):
            try skipLiteral("null", in: bytes)
            return .null
        default:
            try skipNumber(in: bytes)
            return .number
        }
    }

    private mutating func readString(in bytes: Span<UInt8>) throws(JSONProblem) -> JSONString {
        guard take(UInt8(ascii: "\""), in: bytes) else { throw .malformed(at: position) }
        let start = position
        var hasEscapes = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return JSONString(range: start..<(position - 1), hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape(in: bytes)
            case 0..<0x20:
                throw .malformed(at: position)
            default:
                position += 1
            }
        }
        throw .malformed(at: position)
    }

    private mutating func skipEscape(in bytes: Span<UInt8>) throws(JSONProblem) {
        position += 1
        guard position < bytes.count else { throw .malformed(at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard position < bytes.count, hexValue(bytes[position]) != nil else { throw .malformed(at: position) }
                position += 1
            }
        default:
            throw .malformed(at: position)
        }
    }

    private mutating func skipNumber(in bytes: Span<UInt8>) throws(JSONProblem) {
        _ = take(UInt8(ascii: "-"), in: bytes)
        if !take(UInt8(ascii: "0"), in: bytes) { try skipDigits(in: bytes) }
        if take(UInt8(ascii: "."), in: bytes) { try skipDigits(in: bytes) }
        if take(UInt8(ascii: "e"), in: bytes) || take(UInt8(ascii: "E"), in: bytes) {
            if !take(UInt8(ascii: "+"), in: bytes) { _ = take(UInt8(ascii: "-"), in: bytes) }
            try skipDigits(in: bytes)
        }
    }

    /// At least one.
    private mutating func skipDigits(in bytes: Span<UInt8>) throws(JSONProblem) {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        if position == start { throw .malformed(at: position) }
    }

    private mutating func skipLiteral(_ literal: StaticString, in bytes: Span<UInt8>) throws(JSONProblem) {
        let expected = literal.withUTF8Buffer { Array($0) }
        for byte in expected where !take(byte, in: bytes) { throw .malformed(at: position) }
    }

    private mutating func expect(_ opening: UInt8, in bytes: Span<UInt8>, depth: Int) throws(JSONProblem) {
        guard depth <= Self.deepest else { throw .tooDeep }
        guard take(opening, in: bytes) else { throw .malformed(at: position) }
    }

    private mutating func take(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }
}
