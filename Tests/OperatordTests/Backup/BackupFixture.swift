import Foundation
import Glibc
import Spec
import Store

@testable import operatord

/// A data root with one user who has a secret and a home, and ways to back it up.
final class BackupFixture: Sendable {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    let folder: TemporaryFolder
    let root: DataRoot
    let installation: String

    var archive: String { "\(folder.path)/backup.tar" }

    init() async throws {
        folder = try TemporaryFolder()
        root = Self.root(folder, "data")
        try root.create()
        let store = try Self.open(root)
        installation = store.installationID
        _ = try await store.createAccount(
            NewAccount(email: "a@example.com", password: Secret("correct horse"), name: "alice", role: .user))
        try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("upstream secret"))
        try store.close()
        try folder.write("remember", to: "data/users/alice/demo/notes.txt")
        chmod("\(folder.path)/data/users/alice/demo/notes.txt", 0o640)
        try folder.link("data/users/alice/demo/out", to: "/etc")
    }

    static func root(_ folder: TemporaryFolder, _ name: String) -> DataRoot {
        DataRoot(paths: StackSpec.Paths(dataRoot: "\(folder.path)/\(name)"))
    }

    func root(_ name: String) -> DataRoot { Self.root(folder, name) }

    static func open(_ root: DataRoot) throws -> Store {
        let sealer = try Sealer.load(keyFile: root.keyFile, database: root.database)
        return try Store.open(
            at: root.database, sealer: sealer, passwordCost: .least, now: SystemClock().now, onChange: {})
    }

    @discardableResult
    func create(homes: Bool = false) async throws -> BackupCreation.Made {
        try await BackupCreation(root: root, instance: "test", withHomes: homes).run(to: archive, now: Self.now)
    }

    func secret(in root: DataRoot) async throws -> Secret? {
        let store = try Self.open(root)
        defer { try? store.close() }
        return try await store.upstreamValues(ofUser: "alice").overrides["alice"]?[""]?["KEY"]
    }

    /// Members of the archive, to write another one of them.
    func members() throws -> [(name: String, contents: Data)] {
        let handle = try FileHandle.reading(archive)
        var found: [(String, Data)] = []
        try TarReader(handle).forEach { entry in
            try handle.seek(toOffset: UInt64(entry.offset))
            found.append((entry.name, try handle.read(upToCount: entry.bytes) ?? Data()))
        }
        return found
    }

    func rewrite(_ members: [(name: String, contents: Data)]) throws {
        unlink(archive)
        let tar = try TarWriter(path: archive)
        for member in members { try tar.add(member.name, contents: member.contents) }
        try tar.finish()
    }

    /// As somebody who can write a manifest would: with digests that are right.
    func forge(_ change: [String: Data]) throws {
        let old = try BackupArchive(path: archive).manifest
        var carried = try members().filter { !$0.name.hasPrefix(BackupManifest.name) }
        for (name, data) in change {
            carried.removeAll { $0.name == name }
            carried.append((name, data))
        }
        let manifest = BackupManifest(
            schema: old.schema, installation: old.installation, instance: old.instance, createdAt: old.createdAt,
            members: carried.map {
                BackupManifest.Member(
                    name: $0.name, bytes: $0.contents.count, sha256: TarWriter.digest(of: $0.contents))
            })
        let data = try manifest.data
        carried.append((BackupManifest.name, data))
        carried.append(
            (BackupManifest.digest, Data(BackupArchive.digestLine(TarWriter.digest(of: data)).utf8)))
        try rewrite(carried)
    }
}
