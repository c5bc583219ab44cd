import CoreFoundation
import Foundation
import Glibc
import Spec
import Store

/// Makes a backup of an installation, whether or not `serve` is at work on it.
struct BackupCreation {
    struct Made: Encodable {
        let file: String
        let bytes: Int
        let manifest: BackupManifest
        /// About homes that changed while they were read.
        let warnings: [String]
    }

    private static let unfinished = ".operatord-backup-unfinished-"

    let root: DataRoot
    let instance: String
    let withHomes: Bool

    /// - Parameter place: A folder that is there, in which the file gets a name of its own, or the path of a new file.
    func run(to place: String, now: Date) async throws -> Made {
        var file = place
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue {
            let stamp = now.formatted(
                Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, timeZone: .gmt))
            file = "\(place)/operatord-\(instance)-\(stamp).tar"
        }
        guard !Durably.exists(file) else { throw BackupError.message("\(file) is there already") }
        guard FileManager.default.fileExists(atPath: root.database) else { throw NoDatabase(path: root.database) }
        Self.tidy(Durably.parent(file))
        let staging = try Staging(in: Durably.parent(file), prefix: Self.unfinished)
        defer { staging.remove() }

        let database = "\(staging.path)/\(BackupManifest.database)"
        let keys = "\(staging.path)/\(BackupManifest.keys)"
        try snapshot(database: database, keys: keys)
        let problems = BackupArchive.problems(database: database, keys: keys)
        guard problems.isEmpty else {
            throw BackupError.message(
                "nothing was written, for what there is could not be restored: "
                    + problems.map { "\($0.place): \($0.message)" }.joined(separator: "; "))
        }
        let identity = try DatabaseCopy(path: database).identity()
        var sources = [(BackupManifest.database, database), (BackupManifest.keys, keys)]
        var warnings: [String] = []
        if withHomes {
            let homes = "\(staging.path)/\(BackupManifest.homes)"
            warnings = try await HomesArchive.write(root.usersRoot, to: homes)
            try HomesArchive.check(TarReader(FileHandle.reading(homes)))
            sources.append((BackupManifest.homes, homes))
        }

        // The manifest ends the archive, as it says what was written.
        let archive = "\(staging.path)/archive"
        let tar = try TarWriter(path: archive)
        let members = try sources.map { name, source in
            let written = try tar.add(name, from: source)
            return BackupManifest.Member(name: name, bytes: written.bytes, sha256: written.digest)
        }
        let manifest = BackupManifest(
            schema: identity.migrations, installation: identity.installation, instance: instance, createdAt: now,
            members: members)
        let data = try manifest.data
        try tar.add(BackupManifest.name, contents: data)
        try tar.add(
            BackupManifest.digest, contents: Data(BackupArchive.digestLine(TarWriter.digest(of: data)).utf8))
        try tar.finish()
        try Durably.move(archive, to: file)
        var status = stat()
        guard lstat(file, &status) == 0 else { throw BackupError.system(file) }
        return Made(file: file, bytes: Int(status.st_size), manifest: manifest, warnings: warnings)
    }

    /// The database of one moment and the key file that belongs to it, also while the keys are rotated.
    private func snapshot(database: String, keys: String) throws {
        func keyFile() throws -> Data { try FileHandle.reading(root.keyFile).readToEnd() ?? Data() }
        var before: Data
        var after = try keyFile()
        repeat {
            before = after
            try? FileManager.default.removeItem(atPath: database)
            try DatabaseSnapshot.write(root.database, to: database)
            after = try keyFile()
        } while after != before
        try Durably.write(after, to: keys)
    }

    /// Removes what a creation that was killed left in the folder, and nothing that another one works in.
    private static func tidy(_ folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(unfinished) { Staging(abandoned: "\(folder)/\(name)")?.remove() }
    }
}

/// A folder of mode 0700 that is locked while its maker lives.
private struct Staging {
    let path: String
    private let descriptor: Int32

    init(in folder: String, prefix: String) throws {
        path = "\(folder)/\(prefix)\(UUID().uuidString)"
        guard mkdir(path, 0o700) == 0 else { throw BackupError.system(path) }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw BackupError.system(path) }
    }

    init?(abandoned path: String) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
        close(descriptor)
    }
}
