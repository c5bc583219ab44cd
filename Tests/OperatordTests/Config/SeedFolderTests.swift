import Foundation
import Spec
import Testing

@testable import operatord

@Suite struct SeedFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func readsEveryFileWithItsPathAndMode() throws {
        try folder.write("2", to: "b/deep/two.txt")
        try folder.write("1", to: "one.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/one.sh")
        let tree = try SeedFolder.read(folder.path)
        #expect(tree.files.map(\.path) == ["b/deep/two.txt", "one.sh"])
        #expect(tree.files.map(\.contents) == [Array("2".utf8), Array("1".utf8)])
        #expect(tree.files[1].mode == 0o755)
    }

    @Test func refusesASymbolicLinkInsteadOfFollowingIt() throws {
        try folder.link("link", to: "/etc/passwd")
        #expect { try SeedFolder.read(folder.path) } throws: {
            "\($0)".hasSuffix("/link is neither a file nor a folder.")
        }
    }

    @Test func aMissingFolderIsAnErrorAndNotAnEmptySeed() {
        #expect { try SeedFolder.read("/nonexistent/seed") } throws: { "\($0)".contains("/nonexistent/seed") }
    }

    @Test func refusesMoreThanTheBound() throws {
        try folder.write(String(repeating: "x", count: SeedFolder.maxBytes + 1), to: "large.bin")
        #expect { try SeedFolder.read(folder.path) } throws: { "\($0)".contains("8 MiB") }
    }
}
