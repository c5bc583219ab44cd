import Crypto
import Foundation

/// The text of an API token: `ags_` and 32 random bytes in base 62.
enum TokenText {
    static let scheme = "ags_"
    private static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// As many as 32 bytes need.
    private static let digitCount = 43
    private static let shownDigits = 6

    static func make() -> String {
        scheme + String(decoding: base62(Hex.randomBytes(32)), as: UTF8.self)
    }

    /// What may be shown of it.
    static func prefix(of text: String) -> String { String(text.prefix(scheme.count + shownDigits)) }

    /// The number that `bytes` are, highest first, in digits of base 62 with leading zeros.
    private static func base62(_ bytes: [UInt8]) -> [UInt8] {
        var number = bytes
        var result = [UInt8](repeating: digits[0], count: digitCount)
        for position in result.indices.reversed() {
            var remainder = 0
            for index in number.indices {
                let value = remainder << 8 | Int(number[index])
                number[index] = UInt8(value / 62)
                remainder = value % 62
            }
            result[position] = digits[remainder]
        }
        return result
    }
}

/// SHA-256 of a token's text. The text has 256 random bits, so nothing slower is needed, and looking a digest up tells
/// nothing about the texts that there are.
struct TokenDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(of text: Substring) {
        var hash = SHA256()
        var text = text
        text.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        words = hash.finalize().withUnsafeBytes(Self.words)
    }

    /// nil unless it has 32 bytes.
    init?(_ data: Data) {
        guard data.count == 32 else { return nil }
        words = data.withUnsafeBytes(Self.words)
    }

    var data: Data { withUnsafeBytes(of: words) { Data($0) } }

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// One word of a digest is as good as all of them.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        bytes.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }
}
