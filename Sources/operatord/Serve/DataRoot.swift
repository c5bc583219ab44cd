import Foundation
import Logging
import Spec
import Store

/// What lives under the data root: lock, key file, database, homes.
struct DataRoot {
    let paths: StackSpec.Paths

    var database: String { paths.database ?? paths.dataRoot + "/router.db" }
    var keyFile: String { paths.dataRoot + "/keys" }
    var usersRoot: String { paths.usersDirectory }

    /// For a command: the database must be there. `serve` may be at work on it at the same time.
    func openExistingStore(clock: SystemClock) throws -> (store: Store, sealer: Sealer) {
        guard try RestoreJournal.find(paths.dataRoot) == nil else {
            throw BackupError.message("a restore was cut off; it is completed by the same restore again, or by `serve`")
        }
        guard FileManager.default.fileExists(atPath: database) else { throw NoDatabase(path: database) }
        let sealer = try Sealer.load(keyFile: keyFile, database: database)
        return (try Store.open(at: database, sealer: sealer, now: clock.now, onChange: {}), sealer)
    }

    /// Makes the folders (traversable, since homes below are bind-mounted; keys and database are 0600). An existing one keeps its mode.
    func create() throws {
        try FileManager.default.createDirectory(
            atPath: paths.dataRoot, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711]
        )
        try FileManager.default.createDirectory(
            atPath: usersRoot, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711]
        )
    }
}
