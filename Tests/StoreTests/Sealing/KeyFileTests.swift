import Foundation
import Spec
import Store
import Testing

@Suite final class KeyFileTests: Sendable {
    private let folder: URL
    private var keyFile: String { folder.appending(path: "keys").path }
    private var database: String { folder.appending(path: "router.db").path }

    init() throws { folder = try FileManager.default.makeTemporaryFolder() }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func write(_ text: String, mode: Int = 0o600) throws {
        _ = FileManager.default.createFile(
            atPath: keyFile, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    }

    @Test func aMissingFileIsMadeOnceForItsOwnerOnly() throws {
        let first = try Sealer.load(keyFile: keyFile, database: database)
        let second = try Sealer.load(keyFile: keyFile, database: database)
        #expect(first.fingerprintKey == second.fingerprintKey)
        #expect(first.fingerprintKey.reveal().count == 64)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["keys"])
        #expect(try FileManager.default.attributesOfItem(atPath: keyFile)[.posixPermissions] as? Int == 0o600)
        #expect(try !String(contentsOfFile: keyFile, encoding: .utf8).contains(first.fingerprintKey.reveal()))
    }

    @Test func thoseWhoMakeItAtOnceGetTheSame() async throws {
        let keys = try await withThrowingTaskGroup(of: Secret.self) { group in
            for _ in 0..<8 {
                group.addTask { [keyFile, database] in
                    try Sealer.load(keyFile: keyFile, database: database).fingerprintKey
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(keys.count == 1)
    }

    /// As a process that died while it wrote leaves it.
    private func leave(_ name: String) throws -> String {
        try Data("keys\n".utf8).write(to: folder.appending(path: name))
        return name
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    }

    @Test func whatADeadWriterLeftIsRemovedAndNothingElse() throws {
        _ = try Sealer.load(keyFile: keyFile, database: database)
        let others = try ["keys.before", "keys.0123.new", "keys.my-own-key-files.new", "keys0123456789abcdef.new"].map(
            leave)
        _ = try leave("keys.0123456789abcdef.new")
        _ = try leave("keys.fedcba9876543210.new")
        _ = try Sealer.load(keyFile: keyFile, database: database)
        #expect(try names == (others + ["keys", "keys.lock"]).sorted())
    }

    @Test func whatALiveWriterIsWritingStays() throws {
        _ = try Sealer.load(keyFile: keyFile, database: database)
        let fresh = try leave("keys.0123456789abcdef.new")
        let lock = open("\(keyFile).lock", O_RDWR | O_CREAT, 0o600)
        #expect(flock(lock, LOCK_EX) == 0)
        _ = try Sealer.load(keyFile: keyFile, database: database)
        #expect(try names.contains(fresh))
        close(lock)
        _ = try Sealer.load(keyFile: keyFile, database: database)
        #expect(try !names.contains(fresh))
    }

    @Test(arguments: [0o644, 0o640, 0o602])
    func aFileThatOthersMayReadOrChangeIsRefused(mode: Int) throws {
        try write(String(repeating: "ab", count: 32), mode: mode)
        #expect(throws: SealingError.self) { try Sealer.load(keyFile: keyFile, database: database) }
    }

    @Test(arguments: ["", "# only a comment\n", "abc\n", String(repeating: "zz", count: 32)])
    func aFileWithoutAValidKeyIsRefused(text: String) throws {
        try write(text)
        #expect(throws: SealingError.self) { try Sealer.load(keyFile: keyFile, database: database) }
    }

    @Test func aMissingFileBesideADatabaseIsAnErrorAndStaysMissing() throws {
        try Store.open(in: folder).close()
        try FileManager.default.removeItem(atPath: keyFile)
        #expect(throws: SealingError.keyFileMissing(path: keyFile, database: database)) {
            try Store.open(in: folder)
        }
        #expect(!FileManager.default.fileExists(atPath: keyFile))
    }

    @Test func anotherInstallationsKeyFileIsRefused() throws {
        try Store.open(in: folder).close()
        try write(String(repeating: "ab", count: 32))
        #expect(throws: StoreError.otherKey) { try Store.open(in: folder) }
    }

    /// Recorded once. Another key of fingerprints would recreate every container; another sealing would lose every value.
    @Test func whatWasSealedAndDerivedBeforeIsSoForEver() throws {
        try write(String(repeating: "ab", count: 32))
        let sealer = try Sealer.load(keyFile: keyFile, database: database)
        #expect(
            sealer.fingerprintKey.reveal() == "496df652110dc323c2378efaed454dc3b7ad967e0161ec3d834c9192990e6545")
        let place = SealedPlace(table: "overrides", column: "sealed_value", row: ["1", "", "KEY"])
        let sealed = try #require(Data(base64Encoded: "wsoPiyuL98g6zuKcZdlLs2Cji/BoTDw+8gfwrOqwZ7lBaSAs+YFvFxaMWg=="))
        #expect(try sealer.open(sealed, at: place) == Secret("sk-recorded"))
    }
}
