import NIOCore

extension ByteBuffer {
    /// Writes `text` as a JSON string with its quotes.
    mutating func writeJSONString(_ text: String) {
        writeInteger(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): writeStaticString("\\\"")
            case UInt8(ascii: "\\"): writeStaticString("\\\\")
            case 0x0A: writeStaticString("\\n")
            case 0x0D: writeStaticString("\\r")
            case 0x09: writeStaticString("\\t")
            case 0..<0x20:
                writeStaticString("\\u00")
                writeHexDigit(byte >> 4)
                writeHexDigit(byte & 15)
            default: writeInteger(byte)
            }
        }
        writeInteger(UInt8(ascii: "\""))
    }

    private mutating func writeHexDigit(_ digit: UInt8) {
        writeInteger(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }

    /// The error object of OpenAI's API, on one line.
    mutating func writeOpenAIError(_ failure: APIFailure) {
        let details = OpenAIErrorBody(failure).error
        writeStaticString("{\"error\":{\"message\":")
        writeJSONString(details.message)
        writeStaticString(",\"type\":")
        writeJSONString(details.type)
        writeStaticString(",\"param\":")
        if let param = details.param { writeJSONString(param) } else { writeStaticString("null") }
        writeStaticString(",\"code\":")
        writeJSONString(details.code)
        writeStaticString("}}")
    }
}
