import Foundation
import Glibc
import Spec
import Testing

@testable import operatord

@Suite struct HomeRemovalTests {
    private let root: TemporaryFolder
    private let writer: HomeWriter

    init() throws {
        root = try TemporaryFolder()
        writer = HomeWriter(usersRoot: "\(root.path)/users")
        try root.write("untouched", to: "outside/target")
        try root.write("mine", to: "users/bob/demo/file")
        try root.write("x", to: "users/alice/demo/notes.md")
        try root.write("x", to: "users/alice/other/bin/run.sh")
    }

    @Test func aHomeIsRemovedWholeAndNobodyElses() async throws {
        #expect(try await writer.exists(user: "alice"))
        #expect(try await writer.remove(user: "alice"))
        #expect(try await !writer.exists(user: "alice"))
        #expect(try await !writer.remove(user: "alice"))
        #expect(try root.names(in: "users") == ["bob"])
        #expect(try root.read("users/bob/demo/file") == "mine")
    }

    @Test func noLinkIsFollowed() async throws {
        try root.link("users/alice/demo/file", to: "\(root.path)/outside/target")
        try root.link("users/alice/demo/folder", to: "\(root.path)/outside")
        try root.link("users/alice/gone", to: "\(root.path)/nowhere")
        #expect(try await writer.remove(user: "alice"))
        #expect(try root.read("outside/target") == "untouched")

        try root.link("users/carol", to: "\(root.path)/outside")
        #expect(try await writer.remove(user: "carol"))
        #expect(try root.read("outside/target") == "untouched")
    }

    @Test func aTreeDeeperThanAnyPathIsRemoved() async throws {
        var folder = open("\(root.path)/users/alice", O_RDONLY | O_DIRECTORY)
        for _ in 0..<3000 {
            #expect(mkdirat(folder, "deep-enough-for-a-long-path", 0o755) == 0)
            let next = openat(folder, "deep-enough-for-a-long-path", O_RDONLY | O_DIRECTORY)
            close(folder)
            folder = next
        }
        close(folder)
        #expect(try await writer.remove(user: "alice"))
        #expect(try root.names(in: "users") == ["bob"])
    }

    @Test func whatAnEarlierRemovalMovedUpGoesToo() async throws {
        for number in 1...4 { try root.write("x", to: "users/alice/.operatord.tmp.\(number)/inner/file") }
        #expect(try await writer.remove(user: "alice"))
        #expect(try root.names(in: "users") == ["bob"])
    }
}
