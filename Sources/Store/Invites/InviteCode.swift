import Crypto
import Foundation

/// The text of an invite: 60 random bits as `K7QM-4XPA-9TRD`, easy to read out and to type.
struct InviteCode {
    /// Crockford's digits: none is taken for another.
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    private static let length = 12

    /// Without hyphens.
    private let plain: String

    /// nil for what no code can be.
    init?(typed text: String) {
        plain = text.uppercased().filter { $0 != "-" && !$0.isWhitespace }
        guard plain.count == Self.length, plain.allSatisfy(Self.digits.contains) else { return nil }
    }

    /// A new one.
    init() { plain = String(Hex.randomBytes(Self.length).map { Self.digits[Int($0 & 31)] }) }

    var text: String {
        stride(from: 0, to: plain.count, by: 4).map { String(plain.dropFirst($0).prefix(4)) }.joined(separator: "-")
    }

    /// What the row is found by. It says nothing about the code.
    var digest: String { Hex.encode(SHA256.hash(data: Data("operatord invite \(plain)".utf8))) }
}
