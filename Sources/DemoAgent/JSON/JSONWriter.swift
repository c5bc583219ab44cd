import NIOCore

extension ByteBuffer {
    /// Appends the document without spaces.
    mutating func writeJSON(_ value: JSONValue) {
        switch value {
        case .null: writeStaticString("null")
        case .bool(let bool): writeString(bool ? "true" : "false")
        case .number(let spelling): writeString(spelling)
        case .string(let text): writeJSON(text)
        case .array(let elements):
            writeStaticString("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { writeStaticString(",") }
                writeJSON(element)
            }
            writeStaticString("]")
        case .object(let members):
            writeStaticString("{")
            for (index, member) in members.enumerated() {
                if index > 0 { writeStaticString(",") }
                writeJSON(member.name)
                writeStaticString(":")
                writeJSON(member.value)
            }
            writeStaticString("}")
        }
    }

    /// Appends a JSON string with its quotes.
    mutating func writeJSON(_ text: String) {
        writeStaticString("\"")
        if text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
            for byte in text.utf8 { writeEscaped(byte) }
        } else {
            writeString(text)
        }
        writeStaticString("\"")
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): writeStaticString("\\\"")
        case UInt8(ascii: "\\"): writeStaticString("\\\\")
        case UInt8(ascii: "\n"): writeStaticString("\\n")
        case 0..<0x20:
            writeStaticString("\\u00")
            writeString(byte < 0x10 ? "0" : "1")
            writeString(String(byte & 0x0F, radix: 16))
        default: writeInteger(byte)
        }
    }
}
