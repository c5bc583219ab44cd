import Foundation
import Glibc
import Spec
import Testing

@testable import operatord

@Suite struct HomeWriterTests {
    private let root: TemporaryFolder
    private let writer: HomeWriter

    init() throws {
        root = try TemporaryFolder()
        writer = HomeWriter(usersRoot: "\(root.path)/users")
    }

    private func home(
        _ name: String = "alice/demo", owner: UInt32? = nil, files: [SeedFile]? = nil, key: String = "one"
    ) -> HomeSpec {
        let seed = [
            SeedFile(path: "config.json", mode: 0o640, contents: Array(#"{"key": "${KEY}"}"#.utf8)),
            SeedFile(path: "notes.md", contents: Array("seed".utf8)),
            SeedFile(path: "bin/tools/run.sh", mode: 0o755, contents: Array("#!/bin/sh\n".utf8)),
            SeedFile(path: "logo.png", contents: [0x89, 0, 0xFF, 0x24, 0x7B]),
        ]
        return HomeSpec(
            path: "\(root.path)/users/\(name)", ownerUID: owner, ownerGID: owner,
            seed: SeedTree(files: files ?? seed), templatedFiles: files == nil ? ["config.json"] : [],
            variables: ["KEY": key])
    }

    @Test func aNewHomeGetsEveryFileWithItsMode() async throws {
        try await writer.prepare(home())
        #expect(try root.read("users/alice/demo/config.json") == #"{"key": "one"}"#)
        #expect(try root.read("users/alice/demo/notes.md") == "seed")
        let logo = try Data(contentsOf: URL(filePath: "\(root.path)/users/alice/demo/logo.png"))
        #expect(Array(logo) == [0x89, 0, 0xFF, 0x24, 0x7B])
        #expect(root.status("users/alice/demo/config.json")?.permissions == 0o640)
        #expect(root.status("users/alice/demo/bin/tools/run.sh")?.permissions == 0o755)
        #expect(try root.names(in: "users/alice/demo") == ["bin", "config.json", "logo.png", "notes.md"])
    }

    @Test func othersPassThroughAUsersFolderButDoNotLook() async throws {
        try await writer.prepare(home())
        #expect(root.status("users/alice")?.permissions == 0o711)
    }

    @Test func onlyTemplatedFilesAreWrittenAgain() async throws {
        try await writer.prepare(home())
        try root.write("by the agent", to: "users/alice/demo/notes.md")
        try root.write("by the agent", to: "users/alice/demo/config.json")
        try await writer.prepare(home(key: "two"))
        #expect(try root.read("users/alice/demo/notes.md") == "by the agent")
        #expect(try root.read("users/alice/demo/config.json") == #"{"key": "two"}"#)
    }

    @Test func anUnchangedTemplatedFileIsNotTouched() async throws {
        try await writer.prepare(home())
        let before = try #require(root.status("users/alice/demo/config.json"))
        try await writer.prepare(home())
        #expect(root.status("users/alice/demo/config.json")?.st_ino == before.st_ino)
        try await writer.prepare(home(key: "two"))
        #expect(root.status("users/alice/demo/config.json")?.st_ino != before.st_ino)
    }

    @Test func aTemplatedFileGetsItsModeBack() async throws {
        try await writer.prepare(home())
        chmod("\(root.path)/users/alice/demo/config.json", 0o666)
        try await writer.prepare(home())
        #expect(root.status("users/alice/demo/config.json")?.permissions == 0o640)
    }

    @Test func aSeedCannotMakeASetuidFile() async throws {
        try await writer.prepare(home(files: [SeedFile(path: "run", mode: 0o4755, contents: [])]))
        #expect(root.status("users/alice/demo/run")?.permissions == 0o755)
    }

    @Test func aFileThatTheAgentRemovedComesBack() async throws {
        try await writer.prepare(home())
        try FileManager.default.removeItem(atPath: "\(root.path)/users/alice/demo/notes.md")
        try await writer.prepare(home())
        #expect(try root.read("users/alice/demo/notes.md") == "seed")
    }

    @Test func whatAnInterruptedWritingLeftIsReplaced() async throws {
        try root.write("half", to: "users/alice/demo/.operatord.tmp")
        try await writer.prepare(home())
        #expect(try root.read("users/alice/demo/config.json") == #"{"key": "one"}"#)
        #expect(try !root.names(in: "users/alice/demo").contains(".operatord.tmp"))
    }

    @Test(.enabled(if: geteuid() == 0, "giving files away needs root"))
    func theOwnerGetsTheHomeAndWhatIsWrittenButNotWhatTheAgentMade() async throws {
        try await writer.prepare(home())
        try root.write("mine", to: "users/alice/demo/bin/own.txt")
        try await writer.prepare(home(owner: 12345, key: "two"))
        for name in ["", "config.json", "bin", "bin/tools"] {
            let status = root.status("users/alice/demo/\(name)")
            #expect(status?.st_uid == 12345 && status?.st_gid == 12345, "\(name)")
        }
        for name in ["users", "users/alice", "users/alice/demo/bin/own.txt", "users/alice/demo/notes.md"] {
            #expect(root.status(name)?.st_uid == 0, "\(name)")
        }
    }

    @Test func manyPreparationsOfOneHomeAgree() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { [writer] in try await writer.prepare(home(key: "k\(number % 2)")) }
            }
            try await group.waitForAll()
        }
        #expect([#"{"key": "k0"}"#, #"{"key": "k1"}"#].contains(try root.read("users/alice/demo/config.json")))
        #expect(try root.names(in: "users/alice/demo") == ["bin", "config.json", "logo.png", "notes.md"])
    }

    @Test(arguments: ["/etc/demo", "/users", "/users/", "/users/../demo", "/users/alice//demo", "/usersX/demo"])
    func aHomeElsewhereIsRefused(path: String) async throws {
        var spec = home()
        spec.path = path.hasPrefix("/users") ? root.path + path : path
        let refused = spec
        await #expect(throws: HomeError.self) { try await writer.prepare(refused) }
        #expect(try root.names().isEmpty)
    }

    @Test(arguments: ["../out", "/out", "a/../../out", "."])
    func aSeedPathOutOfTheHomeIsRefused(path: String) async throws {
        let spec = home(files: [SeedFile(path: path, contents: Array("x".utf8))])
        await #expect(throws: HomeError.self) { try await writer.prepare(spec) }
        #expect(try root.names(in: "users/alice") == ["demo"])
        #expect(try root.names(in: "users/alice/demo").isEmpty)
    }

    @Test func anUnknownVariableIsAnErrorOfTheHome() async {
        var spec = home()
        spec.variables = [:]
        let broken = spec
        await #expect(throws: HomeError.self) { try await writer.prepare(broken) }
    }
}
