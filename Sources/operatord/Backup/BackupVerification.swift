import Foundation
import Glibc

/// What is right and wrong with a backup. The database and the keys are looked at in a folder that is gone afterwards.
struct BackupVerification: Encodable {
    let file: String
    let ok: Bool
    let problems: [BackupProblem]
    /// nil when it cannot be read.
    let manifest: BackupManifest?

    /// Throws when it could not be looked.
    init(_ file: String) throws {
        self.file = file
        var found: BackupManifest?
        do {
            let archive = try BackupArchive(path: file)
            found = archive.manifest
            let folder = FileManager.default.temporaryDirectory.path + "/operatord-verify-\(UUID().uuidString)"
            guard mkdir(folder, 0o700) == 0 else { throw BackupError.system(folder) }
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let database = "\(folder)/\(BackupManifest.database)"
            let keys = "\(folder)/\(BackupManifest.keys)"
            let differences = try archive.unpack(to: [BackupManifest.database: database, BackupManifest.keys: keys])
            problems =
                differences.isEmpty ? BackupArchive.problems(database: database, keys: keys) : differences
        } catch let broken as BackupArchive.Broken {
            problems = [broken.problem]
        }
        manifest = found
        ok = problems.isEmpty
    }
}
