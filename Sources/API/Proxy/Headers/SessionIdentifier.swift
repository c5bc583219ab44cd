import Crypto
import Spec

/// The name of a conversation, as a runner gets it in a header or in the body.
enum SessionIdentifier {
    /// Longer ones are replaced by their digest. Runtimes name files after sessions, with words of their own around.
    private static let longest = 128

    /// The OpenAI `user` field made header-safe, or a name of the account's own.
    ///
    /// Letters, digits and `-._@+=` stay as they are; every other byte of the UTF-8 form is percent-encoded, so two
    /// different users never give the same id. A point after a point is encoded too: Hermes refuses what could lead out
    /// of a folder, `..`, `/`, `\` and `C:`.
    static func make(user: String?, account: UserID) -> String {
        guard let user else { return "agstack-u\(account)" }
        let encoded = percentEncoded(user)
        if encoded.utf8.count <= longest { return encoded }
        return "sha256%" + SHA256.hash(data: Array(user.utf8)).map { hex($0) }.joined()
    }

    private static func percentEncoded(_ text: String) -> String {
        var result = ""
        var previous: UInt8?
        for byte in text.utf8 {
            let isSecondPoint = byte == UInt8(ascii: ".") && previous == byte
            if isPlain(byte), !isSecondPoint {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + hex(byte)
            }
            previous = byte
        }
        return result
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._@+=".utf8.contains(byte)
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + digits : digits
    }
}
