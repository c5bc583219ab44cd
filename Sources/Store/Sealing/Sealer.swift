import Crypto
package import Foundation
package import Spec

/// Seals values for the database with AES-256-GCM: key id (4 bytes), nonce (12), ciphertext, tag (16).
package struct Sealer: Sendable {
    /// Key of the HMAC through which secrets enter a fingerprint; 64 hex digits, stable while the oldest key stays.
    package let fingerprintKey: Secret

    private static let keyIDLength = 4
    private let keys: [[UInt8]: SymmetricKey]
    private let current: (id: [UInt8], key: SymmetricKey)

    /// Reads the key file; creates it with one random key when neither it nor the database exists.
    ///
    /// Throws when others than its owner may read it, when it holds no valid key, or when it is missing beside an
    /// existing `database`.
    package static func load(keyFile: String, database: String) throws(SealingError) -> Sealer {
        let keys = try KeyFile(path: keyFile).load(database: database)
        guard let oldest = keys.first, let newest = keys.last else {
            throw .keyFile(path: keyFile, message: "holds no key")
        }
        return Sealer(keys: keys, oldest: oldest, newest: newest)
    }

    private init(keys: [SymmetricKey], oldest: SymmetricKey, newest: SymmetricKey) {
        self.keys = Dictionary(keys.map { (Self.id(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
        current = (Self.id(of: newest), newest)
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: oldest, info: Data("operatord fingerprint".utf8), outputByteCount: 32)
        fingerprintKey = Secret(derived.withUnsafeBytes { Hex.encode($0) })
    }

    /// Seals with the newest key. Two sealings of one value differ.
    package func seal(_ secret: Secret, at place: SealedPlace) throws(SealingError) -> Data {
        let box = try? AES.GCM.seal(Data(secret.reveal().utf8), using: current.key, authenticating: place.bytes)
        guard let combined = box?.combined else { throw .broken(place) }
        return Data(current.id) + combined
    }

    /// Opens with the key it was sealed with.
    package func open(_ sealed: Data, at place: SealedPlace) throws(SealingError) -> Secret {
        guard let key = keys[Array(sealed.prefix(Self.keyIDLength))] else { throw .unknownKey(place) }
        guard let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(Self.keyIDLength)),
            let plain = try? AES.GCM.open(box, using: key, authenticating: place.bytes),
            let text = String(validating: plain, as: UTF8.self)
        else { throw .broken(place) }
        return Secret(text)
    }

    /// The id says which key it is and nothing about it.
    private static func id(of key: SymmetricKey) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Data("operatord key id".utf8))
        key.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Array(hash.finalize().prefix(keyIDLength))
    }
}
