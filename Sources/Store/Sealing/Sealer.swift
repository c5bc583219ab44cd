import Crypto
package import Foundation
package import Spec
import Synchronization

/// Seals values for the database with AES-256-GCM: key id (4 bytes), nonce (12), ciphertext, tag (16).
///
/// It follows the key file: a rotation by another process holds for the next value that is sealed or opened here.
package final class Sealer: Sendable {
    /// Key of the HMAC through which secrets enter a fingerprint; 64 hex digits. A rotation leaves it as it is.
    package let fingerprintKey: Secret

    let file: KeyFile
    private let ring: Mutex<(keys: KeyRing, of: KeyFileState?)>

    /// Reads the key file; creates it with one random key when neither it nor the database exists. Removes what a process
    /// that died while it wrote the file left beside it.
    ///
    /// Throws when others than its owner may read it, when it holds no valid key, or when it is missing beside an
    /// existing `database`.
    package static func load(keyFile: String, database: String) throws(SealingError) -> Sealer {
        let file = KeyFile(path: keyFile)
        let contents = try file.load(database: database)
        try file.removeLeftovers()
        return Sealer(file: file, contents: contents)
    }

    /// What is known of the file's state comes with the first use.
    private init(file: KeyFile, contents: KeyFile.Contents) {
        self.file = file
        let keys = KeyRing(contents)
        fingerprintKey = Secret(keys.fingerprintKey)
        ring = Mutex((keys, nil))
    }

    /// Seals with the newest key of the file. Two sealings of one value differ.
    ///
    /// Called inside the transaction that stores what it gives: a rotation adds its key to the file before its own
    /// transaction, so every value is sealed with that key or found by that transaction.
    package func seal(_ secret: Secret, at place: SealedPlace) throws(SealingError) -> Data {
        let key = try current().newest
        let box = try? AES.GCM.seal(Data(secret.reveal().utf8), using: key.key, authenticating: place.bytes)
        guard let combined = box?.combined else { throw .broken(place) }
        return Data(key.id.bytes) + combined
    }

    /// Opens with the key it was sealed with.
    package func open(_ sealed: Data, at place: SealedPlace) throws(SealingError) -> Secret {
        let id = SealingKeyID(sealedWith: sealed)
        guard let key = try known(id) else { throw .unknownKey(place) }
        guard let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(SealingKeyID.length)),
            let plain = try? AES.GCM.open(box, using: key, authenticating: place.bytes),
            let text = String(validating: plain, as: UTF8.self)
        else { throw .broken(place) }
        return Secret(text)
    }

    private func known(_ id: SealingKeyID) throws(SealingError) -> SymmetricKey? {
        if let key = ring.withLock({ $0.keys[id] }) { return key }
        return try current()[id]
    }

    /// The keys of the file as it is now. One that it holds no more opens here what was read before.
    func current() throws(SealingError) -> KeyRing {
        let state = try KeyFileState(of: file)
        if let keys = ring.withLock({ $0.of == state ? $0.keys : nil }) { return keys }
        guard let contents = try file.read() else { throw file.failure("is not there any more") }
        return ring.withLock { ring in
            ring.keys = KeyRing(contents, keeping: ring.keys)
            ring.of = state
            return ring.keys
        }
    }
}
