import Crypto
import Spec

/// The name of a conversation, as a runner gets it in a header or in the body.
enum SessionIdentifier {
    /// Longer ones are replaced by their digest.
    private static let longest = 512

    /// The OpenAI `user` field made header-safe, or a name of the account's own.
    ///
    /// Visible ASCII stays as it is; `%` and every other byte of the UTF-8 form are percent-encoded, so two different
    /// users never give the same id.
    static func make(user: String?, account: UserID) -> String {
        guard let user else { return "agstack-u\(account)" }
        if user.utf8.count <= longest, user.utf8.allSatisfy(isPlain) { return user }
        let encoded = percentEncoded(user)
        if encoded.utf8.count <= longest { return encoded }
        return "sha256%" + SHA256.hash(data: Array(user.utf8)).map { hex($0) }.joined()
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            if isPlain(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + hex(byte)
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "%")
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + digits : digits
    }
}
