import Glibc
import Spec
import Testing

@testable import operatord

/// What an agent may leave in its home to reach files outside. The file outside never changes.
@Suite struct PlantedLinkTests {
    private let root: TemporaryFolder
    private let writer: HomeWriter
    private let owner: UInt32? = geteuid() == 0 ? 12345 : nil

    init() throws {
        root = try TemporaryFolder()
        writer = HomeWriter(usersRoot: "\(root.path)/users")
        try root.write("untouched", to: "outside/target")
        try root.write("keep", to: "users/alice/demo/keep")
    }

    private func prepare(_ file: String, templated: Bool) async throws {
        let seed = SeedTree(files: [SeedFile(path: file, contents: Array("written".utf8))])
        try await writer.prepare(
            HomeSpec(
                path: "\(root.path)/users/alice/demo", ownerUID: owner, ownerGID: owner, seed: seed,
                templatedFiles: templated ? [file] : []))
    }

    private func expectOutsideUntouched() throws {
        #expect(try root.names(in: "outside") == ["target"])
        #expect(try root.read("outside/target") == "untouched")
        for name in ["outside", "outside/target"] { #expect(root.status(name)?.st_uid == geteuid()) }
    }

    @Test func aLinkInPlaceOfATemplatedFileIsReplaced() async throws {
        try root.link("users/alice/demo/config", to: "\(root.path)/outside/target")
        try await prepare("config", templated: true)
        #expect(root.status("users/alice/demo/config")?.isSymbolicLink == false)
        #expect(try root.read("users/alice/demo/config") == "written")
        try expectOutsideUntouched()
    }

    @Test func aLinkInPlaceOfACopiedFileIsTheAgentsOwn() async throws {
        try root.link("users/alice/demo/config", to: "\(root.path)/outside/missing")
        try await prepare("config", templated: false)
        #expect(root.status("users/alice/demo/config")?.isSymbolicLink == true)
        try expectOutsideUntouched()
    }

    @Test func aLinkOnTheWayToATemplatedFileIsAnErrorThatNamesIt() async throws {
        try root.link("users/alice/demo/conf", to: "\(root.path)/outside")
        let expected = HomeError(
            path: "\(root.path)/users/alice/demo/conf", message: "is a symbolic link where a folder should be")
        await #expect(throws: expected) { try await prepare("conf/target", templated: true) }
        try expectOutsideUntouched()
    }

    @Test func aLinkOnTheWayToACopiedFileIsLeftAlone() async throws {
        try root.link("users/alice/demo/conf", to: "\(root.path)/outside")
        try await prepare("conf/new", templated: false)
        try expectOutsideUntouched()
    }

    @Test(arguments: ["users/alice", "users/alice/demo"])
    func aLinkInPlaceOfTheHomeIsAnError(name: String) async throws {
        rename("\(root.path)/\(name)", "\(root.path)/moved")
        try root.link(name, to: "\(root.path)/outside")
        await #expect(throws: HomeError.self) { try await prepare("target", templated: true) }
        try expectOutsideUntouched()
    }

    @Test func aLinkInPlaceOfTheTemporaryFileIsNotWrittenThrough() async throws {
        try root.link("users/alice/demo/.operatord.tmp", to: "\(root.path)/outside/target")
        try await prepare("config", templated: true)
        #expect(try root.read("users/alice/demo/config") == "written")
        try expectOutsideUntouched()
    }

    @Test func aHardLinkIsNotWrittenThrough() async throws {
        link("\(root.path)/outside/target", "\(root.path)/users/alice/demo/config")
        try await prepare("config", templated: true)
        #expect(try root.read("users/alice/demo/config") == "written")
        try expectOutsideUntouched()
    }

    @Test(.timeLimit(.minutes(1))) func aPipeInPlaceOfATemplatedFileHoldsNobodyUp() async throws {
        mkfifo("\(root.path)/users/alice/demo/config", 0o600)
        try await prepare("config", templated: true)
        #expect(try root.read("users/alice/demo/config") == "written")
    }

    @Test func aFolderInPlaceOfATemplatedFileIsAnErrorThatNamesIt() async throws {
        try root.write("x", to: "users/alice/demo/config/inner")
        do {
            try await prepare("config", templated: true)
            Issue.record("the folder was replaced")
        } catch let error as HomeError {
            #expect(error.path == "\(root.path)/users/alice/demo/config")
        }
        #expect(try root.names(in: "users/alice/demo") == ["config", "keep"])
    }
}
