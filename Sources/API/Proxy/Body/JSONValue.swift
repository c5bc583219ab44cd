/// Why a body is not the JSON that is needed.
enum JSONProblem: Error, Hashable {
    /// Not JSON from this byte on.
    case malformed(at: Int)
    /// Nested deeper than ``JSONReader/deepest``.
    case tooDeep
    /// A member that is read here occurs twice; who reads it next may take the other one.
    case duplicate(String)
    /// A member has a value of another type.
    case wrongType(member: String, expected: String)
    case missing(String)
}

/// Where a value is in the bytes, quotes and brackets included.
struct JSONValue: Equatable {
    enum Kind: Equatable {
        case object, array, number, null
        case string(JSONString)
        case bool(Bool)
    }

    var range: Range<Int>
    var kind: Kind
}

/// One member of an object.
struct JSONMember: Equatable {
    var name: JSONString
    var value: JSONValue
}

/// Where a string's content is in the bytes, without the quotes.
struct JSONString: Equatable {
    var range: Range<Int>
    var hasEscapes: Bool

    /// Whether it says `text`, which is ASCII, in whatever spelling.
    func equals(_ text: String, in bytes: Span<UInt8>) -> Bool {
        if hasEscapes { return decoded(from: bytes) == text }
        guard range.count == text.utf8.count else { return false }
        var index = range.lowerBound
        for byte in text.utf8 {
            if bytes[index] != byte { return false }
            index += 1
        }
        return true
    }

    /// The text; nil when it is not UTF-8. A surrogate escape without its other half becomes U+FFFD.
    func decoded(from bytes: Span<UInt8>) -> String? {
        var units: [UInt8] = []
        units.reserveCapacity(range.count)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            if byte != UInt8(ascii: "\\") {
                units.append(byte)
                continue
            }
            let escape = bytes[index]
            index += 1
            switch escape {
            case UInt8(ascii: "b"): units.append(0x08)
            case UInt8(ascii: "f"): units.append(0x0C)
            case UInt8(ascii: "n"): units.append(0x0A)
            case UInt8(ascii: "r"): units.append(0x0D)
            case UInt8(ascii: "t"): units.append(0x09)
            case UInt8(ascii: "u"): units += Self.scalar(in: bytes, at: &index, until: range.upperBound).utf8
            default: units.append(escape)
            }
        }
        return String(validating: units, as: UTF8.self)
    }

    /// Reads the digits behind `\u`, and those of a second escape when the two are a surrogate pair.
    private static func scalar(in bytes: Span<UInt8>, at index: inout Int, until end: Int) -> String {
        let first = codeUnit(in: bytes, at: index)
        index += 4
        if let scalar = Unicode.Scalar(first) { return String(Character(scalar)) }
        let isPair =
            (0xD800..<0xDC00).contains(first) && index + 6 <= end && bytes[index] == UInt8(ascii: "\\")
            && bytes[index + 1] == UInt8(ascii: "u")
        guard isPair else { return "\u{FFFD}" }
        let second = codeUnit(in: bytes, at: index + 2)
        guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
        index += 6
        let value = 0x10000 + (UInt32(first & 0x3FF) << 10) + UInt32(second & 0x3FF)
        return Unicode.Scalar(value).map { String(Character($0)) } ?? "\u{FFFD}"
    }

    private static func codeUnit(in bytes: Span<UInt8>, at index: Int) -> UInt16 {
        (index..<index + 4).reduce(0) { $0 << 4 | UInt16(hexValue(bytes[$1]) ?? 0) }
    }
}

/// The value of a hexadecimal digit; nil for any other byte.
func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
