import Crypto
import GRDB
import Spec

/// A key of the key file.
package struct SealingKey: Sendable, Hashable {
    package var id: SealingKeyID
    /// Values in the database that are sealed with it.
    package var values: Int
    /// Whether new values are sealed with it.
    package var isNewest: Bool
}

/// What a rotation did.
package struct KeyRotation: Sendable, Hashable {
    package var newest: SealingKeyID
    /// Values that were sealed anew.
    package var resealed: Int
    /// Keys that were taken out of the file.
    package var dropped: Int
}

extension Store {
    /// As `table.column`; what a rotation goes through.
    package static var sealedColumns: [String] { SealedColumn.all.map { "\($0.table).\($0.column)" } }

    /// Oldest first. Throws a ``SealingError`` when the file cannot be used.
    package func sealingKeys() async throws -> [SealingKey] {
        let use = try await pool.read { try SealedColumn.use($0) }
        let ids = try keysInFile().keys.map { SealingKeyID(of: $0) }
        return ids.map { SealingKey(id: $0, values: use[$0] ?? 0, isNewest: $0 == ids.last) }
    }

    /// Makes a new key, seals every value anew with it, and takes the others out of the file.
    ///
    /// Cut off at any point it leaves a file that holds every key in use; the next rotation ends what it left. Other
    /// processes may go on with their work meanwhile: see ``Sealer/seal(_:at:)``. Containers stay as they are, because
    /// the key of fingerprints stays. Throws a ``SealingError``, also when another process rotates.
    @discardableResult
    package func rotateSealingKey() async throws -> KeyRotation {
        let lock = try KeyFileLock(of: sealer.file)
        defer { withExtendedLifetime(lock) {} }
        try sealer.file.removeLeftovers(under: lock)
        var contents = try keysInFile()
        contents.fingerprintKey = sealer.fingerprintKey.reveal()
        contents.keys.append(SymmetricKey(size: .bits256))
        try sealer.file.replace(with: contents)

        let newest = try sealer.current().newest.id
        let resealed = try await write { [sealer] db, effects in
            let count = try SealedColumn.reseal(db, sealer: sealer, newest: newest)
            effects.audit(.sealingKeyRotate, target: "keys", after: "\(count) values sealed with key \(newest)")
            return count
        }
        let dropped = contents.keys.count - 1
        contents.keys.removeFirst(dropped)
        try sealer.file.replace(with: contents)
        // What was sealed with the old key stands in the log until then.
        try? await pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        return KeyRotation(newest: newest, resealed: resealed, dropped: dropped)
    }

    private func keysInFile() throws(SealingError) -> KeyFile.Contents {
        guard let contents = try sealer.file.read() else { throw sealer.file.failure("is not there any more") }
        return contents
    }
}
