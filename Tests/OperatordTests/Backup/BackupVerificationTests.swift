import Foundation
import Testing

@testable import operatord

@Suite struct BackupVerificationTests {
    private let fixture: BackupFixture

    init() async throws {
        fixture = try await BackupFixture()
        try await fixture.create(homes: true)
    }

    private func problems() throws -> [BackupProblem] { try BackupVerification(fixture.archive).problems }

    @Test func aWholeOneIsWholeAndForItsOwnerAlone() throws {
        #expect(try problems() == [])
        #expect(fixture.folder.status("backup.tar")?.permissions == 0o600)
        let manifest = try BackupArchive(path: fixture.archive).manifest
        #expect(manifest.installation == fixture.installation && manifest.hasHomes)
        #expect(manifest.createdAt == BackupFixture.now)
        #expect(try fixture.folder.names() == ["backup.tar", "data"], "nothing is left beside it")
    }

    @Test func anotherTarReadsIt() async throws {
        let ended = try await ChildProcess.run(
            "tar", ["--list", "--file", fixture.archive], environment: ["PATH": "/usr/bin:/bin"],
            deadline: .seconds(30))
        #expect(ended.status == 0)
        #expect(
            String(decoding: ended.output, as: UTF8.self)
                == "router.db\nkeys\nhomes.tar\nmanifest.json\nmanifest.json.sha256\n")
    }

    @Test(arguments: ["router.db", "keys", "homes.tar", "manifest.json"])
    func aFlippedByteIsToldWithItsMember(_ name: String) throws {
        let members = try fixture.members().map { member in
            var contents = member.contents
            if member.name == name { contents[contents.count / 2] ^= 1 }
            return (member.name, contents)
        }
        try fixture.rewrite(members)
        let found = try problems()
        #expect(found.map(\.place) == [name])
        #expect(found[0].message.contains("differs from what was written"))
    }

    @Test(arguments: ["router.db", "keys", "homes.tar", "manifest.json"])
    func aMissingMemberIsNamed(_ name: String) throws {
        try fixture.rewrite(try fixture.members().filter { $0.name != name })
        let found = try problems()
        #expect(found.map(\.place) == [name])
        #expect(found[0].message.contains("missing"))
    }

    @Test func aFlippedByteOfAHeaderAndACutAreTold() throws {
        let whole = try Data(contentsOf: URL(filePath: fixture.archive))
        var flipped = whole
        flipped[130] ^= 1
        try flipped.write(to: URL(filePath: fixture.archive))
        #expect(try problems().map(\.message) == ["the archive is damaged at byte 0"])
        try whole.dropLast(20_000).write(to: URL(filePath: fixture.archive))
        #expect(try problems().map(\.message) == ["the archive is cut short"])
        try whole.prefix(whole.count - 1024).write(to: URL(filePath: fixture.archive))
        #expect(try problems().map(\.message) == ["the archive is cut short"], "the end is missing")
    }

    @Test func anotherKeyIsTold() async throws {
        let other = try await BackupFixture()
        try fixture.forge(["keys": Data(contentsOf: URL(filePath: other.root.keyFile))])
        let found = try problems()
        #expect(found.map(\.place) == ["router.db"])
        #expect(found[0].message.contains("sealed with a key that is not in the key file"))
    }

    @Test func aMemberThatIsNotOfABackupIsRefused() throws {
        try fixture.rewrite(try fixture.members() + [("../../etc/passwd", Data("x".utf8))])
        #expect(try problems().map(\.message) == ["has a member that no backup has: \"../../etc/passwd\""])
    }

    @Test func anotherFormatIsRefused() throws {
        let data = Data(#"{"format": 2}"#.utf8)
        var members = try fixture.members().filter { !$0.name.hasPrefix(BackupManifest.name) }
        members.append((BackupManifest.name, data))
        members.append((BackupManifest.digest, Data(BackupArchive.digestLine(TarWriter.digest(of: data)).utf8)))
        try fixture.rewrite(members)
        #expect(try problems().first?.message.contains("has format 2, and this operatord knows 1") == true)
    }

    @Test func nothingIsWrittenOverAFileThatIsThere() async throws {
        let before = try Data(contentsOf: URL(filePath: fixture.archive))
        await #expect(throws: BackupError.self) { try await fixture.create() }
        #expect(try Data(contentsOf: URL(filePath: fixture.archive)) == before)
    }
}
