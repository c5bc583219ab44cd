import Foundation
import Spec
import Testing

@testable import operatord

@Suite struct SeedFolderTests {
    @Test func readsEveryFileWithItsPathAndMode() throws {
        try TemporaryFolder.with { folder in
            try folder.write("b/deep/two.txt", "2")
            try folder.write("one.sh", "1", mode: 0o755)
            let tree = try SeedFolder.read(folder.path)
            #expect(tree.files.map(\.path) == ["b/deep/two.txt", "one.sh"])
            #expect(tree.files.map(\.contents) == [Array("2".utf8), Array("1".utf8)])
            #expect(tree.files[1].mode == 0o755)
        }
    }

    @Test func refusesASymbolicLinkInsteadOfFollowingIt() throws {
        try TemporaryFolder.with { folder in
            try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "/etc/passwd")
            #expect { try SeedFolder.read(folder.path) } throws: { "\($0)".hasSuffix("/link is neither a file nor a folder.") }
        }
    }

    @Test func aMissingFolderIsAnErrorAndNotAnEmptySeed() {
        #expect { try SeedFolder.read("/nonexistent/seed") } throws: { "\($0)".contains("/nonexistent/seed") }
    }

    @Test func refusesMoreThanTheBound() throws {
        try TemporaryFolder.with { folder in
            try folder.write("large.bin", String(repeating: "x", count: SeedFolder.maxBytes + 1))
            #expect { try SeedFolder.read(folder.path) } throws: { "\($0)".contains("8 MiB") }
        }
    }
}
