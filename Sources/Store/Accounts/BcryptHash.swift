import CCrypt
import Crypto
import Foundation

/// A hash of the original service: `$2a$`, `$2b$` or `$2y$`, the cost, 53 characters of salt and hash. Only checked,
/// never made: what matches at a login is hashed anew with scrypt.
struct BcryptHash {
    /// What a login may be made to wait for: each step doubles the time, 12 takes about 0.3 s.
    static let costs = 4...15
    /// bcrypt reads no further. The whole password counts from the first login on, when it is hashed anew.
    private static let mostBytes = 72

    let text: String
    let cost: Int

    /// nil when the text is not in that form or costs more than ``costs``.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(text.prefix(4)), bytes[6] == UInt8(ascii: "$"),
            bytes[7...].allSatisfy(Self.isSaltOrHash), let cost = Int(String(decoding: bytes[4..<6], as: UTF8.self)),
            Self.costs.contains(cost)
        else { return nil }
        self.text = text
        self.cost = cost
    }

    /// Costs one hash. The comparison takes the same time wherever the two differ.
    func matches(_ password: String) throws -> Bool {
        let hash = try Self.hash(password, setting: text)
        // A password that bcrypt would read only up to its NUL is none that it has seen.
        return SymmetricKey(data: hash) == SymmetricKey(data: Array(text.utf8)) && !password.utf8.contains(0)
    }

    /// Takes the time of one check at this cost.
    static func spend(_ password: String, cost: Int) throws {
        let digits = cost < 10 ? "0\(cost)" : "\(cost)"
        _ = try hash(password, setting: "$2b$\(digits)$" + String(repeating: ".", count: 22))
    }

    private static func hash(_ password: String, setting: String) throws -> [UInt8] {
        let phrase = password.utf8.prefix(mostBytes).map { CChar(bitPattern: $0) } + [0]
        var output = [CChar](repeating: 0, count: 128)
        guard ccrypt_hash(phrase, setting, &output, output.count) == 0 else { throw Unavailable() }
        return output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    }

    private static func isSaltOrHash(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: ".")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    struct Unavailable: Error, CustomStringConvertible {
        var description: String { "this system's libcrypt does not know bcrypt; install libxcrypt (libcrypt1)" }
    }
}
