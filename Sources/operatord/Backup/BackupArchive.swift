import Crypto
import Foundation
import Glibc
import Store

/// A backup that somebody hands in; nothing in it is believed before its digest was compared.
struct BackupArchive {
    private static let mostManifest = 1 << 20

    let path: String
    let manifest: BackupManifest
    let manifestDigest: String
    private let handle: FileHandle
    private let entries: [String: TarReader.Entry]

    /// Throws ``Broken`` when not even the manifest can be read.
    init(path: String) throws {
        self.path = path
        handle = try FileHandle.reading(path)
        var found: [String: TarReader.Entry] = [:]
        do {
            try TarReader(handle).forEach { entry in
                guard Self.known.contains(entry.name), entry.kind == .file, found[entry.name] == nil else {
                    throw BackupError.message("has a member that no backup has: \(entry.name.debugDescription)")
                }
                found[entry.name] = entry
            }
        } catch {
            throw Broken(place: Self.name(path), message: "\(error)")
        }
        entries = found
        do {
            let data = try Self.small(BackupManifest.name, in: found, handle)
            manifestDigest = SHA256.hash(data: data).hex
            let noted = try Self.small(BackupManifest.digest, in: found, handle)
            guard String(decoding: noted, as: UTF8.self) == Self.digestLine(manifestDigest) else {
                throw BackupError.message("differs from what was written: its SHA-256 is \(manifestDigest)")
            }
            manifest = try BackupManifest(data)
        } catch {
            throw Broken(place: BackupManifest.name, message: "\(error)")
        }
    }

    struct Broken: Error, CustomStringConvertible {
        let problem: BackupProblem
        init(place: String, message: String) { problem = BackupProblem(place: place, message: message) }
        var description: String { "\(problem.place) \(problem.message)" }
    }

    static func digestLine(_ digest: String) -> String { "\(digest)  \(BackupManifest.name)\n" }

    /// Compares every member with the manifest, writing those that `places` names to new files of mode 0600.
    func unpack(to places: [String: String]) throws -> [BackupProblem] {
        var problems: [BackupProblem] = []
        for member in manifest.members {
            func wrong(_ message: String) { problems.append(BackupProblem(place: member.name, message: message)) }
            guard let entry = entries[member.name] else {
                wrong("is missing from the archive")
                continue
            }
            guard entry.bytes == member.bytes else {
                wrong("has \(entry.bytes) bytes, and the manifest says \(member.bytes)")
                continue
            }
            let digest = try copy(entry, to: places[member.name])
            if digest != member.sha256 {
                wrong("differs from what was written: its SHA-256 is \(digest), and the manifest says \(member.sha256)")
            }
        }
        let listed = Set(manifest.members.map(\.name))
        for name in [BackupManifest.database, BackupManifest.keys] where !listed.contains(name) {
            problems.append(BackupProblem(place: name, message: "is missing from the manifest"))
        }
        for name in entries.keys.sorted() where Self.carried.contains(name) && !listed.contains(name) {
            problems.append(BackupProblem(place: name, message: "is in the archive and not in the manifest"))
        }
        if problems.isEmpty, let homes = entries[BackupManifest.homes] {
            do { try HomesArchive.check(TarReader(handle, from: homes.offset, length: homes.bytes)) } catch {
                problems.append(BackupProblem(place: BackupManifest.homes, message: "\(error)"))
            }
        }
        return problems
    }

    /// What is wrong with a database and its key file that came out of a backup, or go into one.
    static func problems(database: String, keys: String) -> [BackupProblem] {
        let sealer: Sealer
        do { sealer = try Sealer.load(keyFile: keys, database: database) } catch {
            return [BackupProblem(place: BackupManifest.keys, message: "\(error)")]
        }
        do {
            return try DatabaseCopy(path: database).problems(sealer: sealer).map {
                BackupProblem(place: BackupManifest.database, message: $0)
            }
        } catch {
            return [BackupProblem(place: BackupManifest.database, message: "\(error)")]
        }
    }

    private static let carried = [BackupManifest.database, BackupManifest.keys, BackupManifest.homes]
    private static let known = Set(carried + [BackupManifest.name, BackupManifest.digest])

    static func name(_ path: String) -> String { URL(filePath: path).lastPathComponent }

    private static func small(
        _ name: String, in entries: [String: TarReader.Entry], _ handle: FileHandle
    ) throws -> Data {
        guard let entry = entries[name], entry.bytes <= mostManifest else {
            throw BackupError.message("is missing from the archive: no \(name)")
        }
        try handle.seek(toOffset: UInt64(entry.offset))
        return try handle.read(upToCount: entry.bytes) ?? Data()
    }

    /// Returns the SHA-256 of the member.
    private func copy(_ entry: TarReader.Entry, to place: String?) throws -> String {
        let target = try place.map { place in
            let descriptor = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw BackupError.system(place) }
            return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
        try handle.seek(toOffset: UInt64(entry.offset))
        var digest = SHA256()
        var left = entry.bytes
        while left > 0, let chunk = try handle.read(upToCount: min(left, 1 << 20)), !chunk.isEmpty {
            digest.update(data: chunk)
            try target?.write(contentsOf: chunk)
            left -= chunk.count
        }
        try target?.synchronize()
        try target?.close()
        return digest.finalize().hex
    }
}
