import Crypto
import Foundation

/// Says which key a value was sealed with, and nothing about the key. Eight hex digits for people.
package struct SealingKeyID: Hashable, Sendable, CustomStringConvertible {
    static let length = 4

    let bytes: [UInt8]

    init(of key: SymmetricKey) {
        var hash = SHA256()
        hash.update(data: Data("operatord key id".utf8))
        key.withUnsafeBytes { hash.update(bufferPointer: $0) }
        bytes = Array(hash.finalize().prefix(Self.length))
    }

    init(sealedWith sealed: Data) { bytes = Array(sealed.prefix(Self.length)) }

    package var description: String { Hex.encode(bytes) }
}

/// The keys that one process knows.
struct KeyRing {
    private let keys: [SealingKeyID: SymmetricKey]
    let newest: (id: SealingKeyID, key: SymmetricKey)
    /// 64 hex digits.
    let fingerprintKey: String

    /// - Precondition: `contents` has a key; ``KeyFile`` reads no other.
    init(_ contents: KeyFile.Contents, keeping older: KeyRing? = nil) {
        let (oldest, last) = (contents.keys[0], contents.keys[contents.keys.count - 1])
        newest = (SealingKeyID(of: last), last)
        keys = contents.keys.reduce(into: older?.keys ?? [:]) { $0[SealingKeyID(of: $1)] = $1 }
        fingerprintKey = contents.fingerprintKey ?? Self.fingerprintKey(from: oldest)
    }

    subscript(id: SealingKeyID) -> SymmetricKey? { keys[id] }

    private static func fingerprintKey(from key: SymmetricKey) -> String {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Data("operatord fingerprint".utf8), outputByteCount: 32)
            .withUnsafeBytes { Hex.encode($0) }
    }
}
