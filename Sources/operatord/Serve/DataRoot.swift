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
