import CoreFoundation
import Foundation
import Glibc
import Spec
import Store

/// Puts a backup in the place of a data root's database, key file and, when it has them, homes.
struct Restoration {
    struct Done: Encodable {
        let dataRoot: String
        let installation: String
        let restored: [String]
        let movedAside: [String]
        /// Whether this only completed an earlier restore of the same backup.
        let completedEarlier: Bool
    }

    /// What is unpacked and has not got its name.
    static let staged = ".restoring"

    let root: DataRoot
    /// What is there is moved aside instead of refused.
    let force: Bool

    private var homes: String { root.usersRoot }

    /// Throws ``BackupArchive/Broken``, ``Broken`` or a ``BackupError``; nothing was changed then, except that an
    /// earlier restore that was cut off is complete.
    func run(_ path: String, now: Date, onStep: () throws -> Void = {}) async throws -> Done {
        let archive = try BackupArchive(path: path)
        try root.create()
        let lock = try DataRootLock(dataRoot: root.paths.dataRoot)
        defer { withExtendedLifetime(lock) {} }
        if let earlier = try root.completeRestore(), earlier.backup == archive.manifestDigest {
            return done(earlier, earlier: true)
        }
        try removeStaged()
        try refuseOccupied(archive.manifest)
        let stamp = now.formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, timeZone: .gmt))
        let journal = RestoreJournal(
            backup: archive.manifestDigest, installation: archive.manifest.installation,
            moves: targets(archive.manifest).map { target in
                RestoreJournal.Move(
                    staged: target + Self.staged, target: target, aside: "\(target).before-restore-\(stamp)",
                    companions: target == root.database ? ["-wal", "-shm"] : [])
            })
        for move in journal.moves where Durably.exists(move.aside) {
            throw BackupError.message("\(move.aside) is there already; try again in a second")
        }
        do {
            try await stage(archive)
            try onStep()
            try journal.save(root.paths.dataRoot)
        } catch {
            try? removeStaged()
            throw error
        }
        try journal.complete(root.paths.dataRoot, onStep: onStep)
        return done(journal, earlier: false)
    }

    /// The backup is not what was written.
    struct Broken: Error, CustomStringConvertible {
        let problems: [BackupProblem]
        var description: String {
            "nothing was restored: " + problems.map { "\($0.place): \($0.message)" }.joined(separator: "; ")
        }
    }

    /// The database last: a data root with a database has the keys for it.
    private func targets(_ manifest: BackupManifest) -> [String] {
        (manifest.hasHomes ? [homes] : []) + [root.keyFile, root.database]
    }

    private func stage(_ archive: BackupArchive) async throws {
        let packed = homes + Self.staged + ".tar"
        let database = root.database + Self.staged
        let keys = root.keyFile + Self.staged
        var problems = try archive.unpack(to: [
            BackupManifest.database: database, BackupManifest.keys: keys, BackupManifest.homes: packed,
        ])
        if problems.isEmpty { problems = BackupArchive.problems(database: database, keys: keys) }
        guard problems.isEmpty else { throw Broken(problems: problems) }
        if archive.manifest.hasHomes {
            let folder = homes + Self.staged
            guard mkdir(folder, 0o711) == 0 else { throw BackupError.system(folder) }
            try await HomesArchive.unpack(packed, into: folder)
            try Durably.remove(packed)
            try Durably.flushFileSystem(of: folder)
        }
        for path in [database, keys] { try Durably.flushFileSystem(of: Durably.parent(path)) }
    }

    private func refuseOccupied(_ manifest: BackupManifest) throws {
        for target in targets(manifest) {
            guard Self.device(target) ?? Self.device(Durably.parent(target)) == Self.device(Durably.parent(target))
            else {
                throw BackupError.message(
                    "\(target) is a file system of its own, and cannot be replaced whole; "
                        + "let paths in stack.yaml name a folder inside of it")
            }
        }
        guard !force else { return }
        var found = [root.database, root.database + "-wal", root.keyFile].filter(Durably.exists)
        if manifest.hasHomes, let names = try? FileManager.default.contentsOfDirectory(atPath: homes), !names.isEmpty {
            found.append(homes)
        }
        guard found.isEmpty else {
            throw BackupError.message(
                "this data root is in use already: \(found.joined(separator: ", ")). "
                    + "With --force what is there is moved aside, not deleted")
        }
    }

    /// What an unpacking that was cut off left. Never called while a journal needs it.
    private func removeStaged() throws {
        for path in [homes, root.keyFile, root.database].map({ $0 + Self.staged }) + [homes + Self.staged + ".tar"]
        where Durably.exists(path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }

    private func done(_ journal: RestoreJournal, earlier: Bool) -> Done {
        Done(
            dataRoot: root.paths.dataRoot, installation: journal.installation, restored: journal.moves.map(\.target),
            movedAside: journal.movedAside, completedEarlier: earlier)
    }

    private static func device(_ path: String) -> dev_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_dev : nil
    }
}
