import Foundation
import Glibc
import Spec
import Testing

@testable import operatord

@Suite struct RestorationTests {
    private let fixture: BackupFixture
    private let other: DataRoot
    private var folder: TemporaryFolder { fixture.folder }

    init() async throws {
        fixture = try await BackupFixture()
        try await fixture.create(homes: true)
        other = fixture.root("other")
    }

    @discardableResult
    private func restore(
        _ root: DataRoot, force: Bool = false, onStep: () throws -> Void = {}
    ) async throws -> Restoration.Done {
        try await Restoration(root: root, force: force).run(
            fixture.archive, now: BackupFixture.now, onStep: onStep)
    }

    private func isRestored(_ name: String) async throws -> Bool {
        let root = fixture.root(name)
        let notes = folder.status("\(name)/users/alice/demo/notes.txt")
        let link = folder.status("\(name)/users/alice/demo/out")
        return try await fixture.secret(in: root) == Secret("upstream secret")
            && folder.read("\(name)/users/alice/demo/notes.txt") == "remember" && notes?.permissions == 0o640
            && link?.isSymbolicLink == true
    }

    @Test func everythingComesBackWithModesAndLinks() async throws {
        let done = try await restore(other)
        #expect(done.installation == fixture.installation && done.movedAside == [] && !done.completedEarlier)
        #expect(try await isRestored("other"))
        #expect(folder.status("other/router.db")?.permissions == 0o600)
        #expect(folder.status("other/keys")?.permissions == 0o600)
        let names = try folder.names(in: "other").filter { !$0.hasPrefix("router.db-") }
        #expect(names == ["keys", "operatord.lock", "router.db", "users"])
    }

    @Test func aDataRootThatSomebodyHoldsIsRefused() async throws {
        try other.create()
        let lock = try DataRootLock(dataRoot: other.paths.dataRoot)
        await #expect(throws: DataRootLock.Failure.self) { try await restore(other, force: true) }
        withExtendedLifetime(lock) {}
        #expect(try folder.names(in: "other") == ["operatord.lock", "users"])
    }

    @Test(arguments: ["other/router.db", "other/keys", "other/users/bob/notes.txt"])
    func whatIsThereIsRefusedAndKept(_ name: String) async throws {
        try folder.write("mine", to: name)
        await #expect {
            try await restore(other)
        } throws: {
            "\($0)".contains("in use already: ")
        }
        #expect(try folder.read(name) == "mine")
    }

    @Test func forceMovesAsideWithTheLog() async throws {
        for name in ["router.db", "router.db-wal", "keys", "users/bob/notes.txt"] {
            try folder.write("old \(name)", to: "other/\(name)")
        }
        let done = try await restore(other, force: true)
        #expect(try await isRestored("other"))
        let stamp = ".before-restore-20270115T080000Z"
        #expect(
            Set(done.movedAside)
                == Set(
                    ["users\(stamp)", "keys\(stamp)", "router.db\(stamp)", "router.db\(stamp)-wal"].map {
                        "\(other.paths.dataRoot)/\($0)"
                    }))
        #expect(try folder.read("other/router.db\(stamp)-wal") == "old router.db-wal")
        #expect(try folder.read("other/users\(stamp)/bob/notes.txt") == "old users/bob/notes.txt")
    }

    /// Dies before the first change of a name, then before the second, and so on; both ways to go on are tried.
    @Test(arguments: [true, false])
    func cutOffAnywhereItIsCompleteOrNothingWasChanged(byRestore: Bool) async throws {
        struct Death: Error {}
        var deaths = 0
        for step in 1...20 {
            let name = "cut\(step)"
            for each in ["router.db", "router.db-wal", "keys", "users/bob/notes.txt"] {
                try folder.write("old \(each)", to: "\(name)/\(each)")
            }
            let root = fixture.root(name)
            var count = 0
            do {
                try await restore(root, force: true) {
                    count += 1
                    if count == step { throw Death() }
                }
                #expect(try await isRestored(name))
                break
            } catch is Death {
                deaths += 1
            }
            let isDecided = try RestoreJournal.find(root.paths.dataRoot) != nil
            #expect(isDecided == (step > 1))
            guard isDecided else {
                #expect(try folder.read("\(name)/router.db") == "old router.db")
                #expect(try folder.read("\(name)/keys") == "old keys")
                continue
            }
            #expect(throws: BackupError.self) { try root.openExistingStore(clock: SystemClock()) }
            if byRestore {
                #expect(try await restore(root).completedEarlier)
            } else {
                #expect(try root.completeRestore()?.installation == fixture.installation)
            }
            #expect(try await isRestored(name), "died before step \(step)")
            let stamp = ".before-restore-20270115T080000Z"
            #expect(try folder.read("\(name)/router.db\(stamp)") == "old router.db")
            #expect(try folder.read("\(name)/router.db\(stamp)-wal") == "old router.db-wal")
            #expect(try folder.read("\(name)/users\(stamp)/bob/notes.txt") == "old users/bob/notes.txt")
        }
        #expect(deaths == 9)
    }

    @Test func whatAnUnpackingThatDiedLeftIsReplaced() async throws {
        try folder.write("half", to: "other/router.db.restoring")
        try folder.write("half", to: "other/users.restoring/bob/x")
        try await restore(other)
        #expect(try await isRestored("other"))
        #expect(folder.status("other/users/bob") == nil)
    }

    @Test func aBrokenOneChangesNothing() async throws {
        try fixture.forge(["router.db": Data("not a database, but with the right digest".utf8)])
        try folder.write("old", to: "other/router.db")
        await #expect(throws: Restoration.Broken.self) { try await restore(other, force: true) }
        #expect(try folder.read("other/router.db") == "old")
        #expect(try folder.names(in: "other") == ["operatord.lock", "router.db", "users"])
    }
}

@Suite struct HomesArchiveTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What GNU tar makes of names that it would refuse by itself only in part.
    private func refused(_ arguments: [String]) async throws -> String? {
        let path = "\(folder.path)/homes.tar"
        unlink(path)
        let ended = try await ChildProcess.run(
            "tar", ["--create", "--absolute-names", "--file", path, "--directory", "\(folder.path)/in"] + arguments,
            environment: ["PATH": "/usr/bin:/bin"], deadline: .seconds(30))
        #expect(ended.status == 0, "\(String(decoding: ended.errors, as: UTF8.self))")
        do {
            try HomesArchive.check(TarReader(FileHandle.reading(path)))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: ["gnu", "posix", "ustar"])
    func namesOutsideAreRefused(format: String) async throws {
        try folder.write("x", to: "in/inside/a.txt")
        try folder.link("in/inside/link", to: "/etc")
        link("\(folder.path)/in/inside/a.txt", "\(folder.path)/in/inside/b.txt")
        let outside = "places a member outside"
        #expect(try await refused(["--format=\(format)", "."]) == nil)
        for way in ["s,^inside/a,/tmp/a,", "s,^inside/a,../a,", "s,^inside/a,inside/../../a,"] {
            let said = try await refused(["--format=\(format)", "--transform=\(way);", "inside/a.txt"])
            #expect(said?.contains("names a place outside") == true, "\(way) \(outside)")
        }
        let said = try await refused(["--format=\(format)", "--transform=s,^inside/[ab],/etc/x,RSh", "inside"])
        #expect(said?.contains("is a link to a place outside") == true, "\(said ?? "nil")")
    }

    @Test(arguments: ["gnu", "posix"])
    func longNamesAreReadToo(format: String) async throws {
        let long = (0..<5).map { _ in String(repeating: "d", count: 60) }.joined(separator: "/")
        try folder.write("x", to: "in/\(long)/a.txt")
        #expect(try await refused(["--format=\(format)", "."]) == nil)
        let said = try await refused(["--format=\(format)", "--transform=s,^d,/tmp/d,", long])
        #expect(said?.contains("names a place outside") == true)
    }
}
