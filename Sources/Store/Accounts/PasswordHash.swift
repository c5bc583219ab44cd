import Crypto
import CryptoExtras
import Foundation

/// A scrypt hash with everything needed to check a password against it.
///
/// Stored as `scrypt$<rounds>$<block size>$<parallelism>$<salt>$<hash>`, the last two in hex.
struct PasswordHash: CustomStringConvertible {
    private static let length = 32

    let cost: PasswordCost
    let salt: [UInt8]
    let hash: SymmetricKey

    init(of password: String, cost: PasswordCost, salt: [UInt8] = Hex.randomBytes(16)) throws {
        self.cost = cost
        self.salt = salt
        hash = try KDF.Scrypt.deriveKey(
            from: Data(password.utf8), salt: salt, outputByteCount: Self.length, rounds: cost.rounds,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
    }

    /// nil when the text is not in the stored form.
    init?(_ text: String) {
        let parts = text.split(separator: "$")
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let blockSize = Int(parts[2]),
            let parallelism = Int(parts[3]), let salt = Hex.decode(parts[4]), let hash = Hex.decode(parts[5])
        else { return nil }
        cost = PasswordCost(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        self.salt = salt
        self.hash = SymmetricKey(data: hash)
    }

    /// Costs one hash. The comparison takes the same time wherever the two differ.
    func matches(_ password: String) throws -> Bool {
        try PasswordHash(of: password, cost: cost, salt: salt).hash == hash
    }

    var description: String {
        let hash = hash.withUnsafeBytes { Hex.encode($0) }
        return "scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)$\(Hex.encode(salt))$\(hash)"
    }
}
