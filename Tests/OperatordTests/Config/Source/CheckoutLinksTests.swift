import Foundation
import Testing

@testable import operatord

@Suite struct CheckoutLinksTests {
    private let folder: TemporaryFolder
    private var root: String { "\(folder.path)/root" }

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("outside", to: "secret")
        try folder.write("inside", to: "root/a/file")
        try folder.write("inside", to: "root/a/b/c/file")
    }

    private func leadingOut(_ links: [String: String]) throws -> [String] {
        for (name, target) in links { try folder.link("root/\(name)", to: target) }
        return CheckoutLinks.leadingOut(of: root)
    }

    @Test func linksInsideAreFine() throws {
        let links = ["top": "a/file", "a/up": "../a/b", "a/b/self": ".", "missing": "a/nothing", "folder": "a/b/c/.."]
        #expect(try leadingOut(links) == [])
    }

    @Test func linksOutAreFoundWhateverTheirWay() throws {
        let links = [
            "absolute": "/etc/passwd", "a/up": "../../secret", "a/b/there-and-back": "../../../root/a/file",
            "not-yet": "../nothing",
        ]
        #expect(try leadingOut(links) == links.keys.sorted())
    }

    /// By its text `a/b/x/../../..` stays inside; `x` is a link, so that the kernel goes elsewhere.
    @Test func aWayThroughAnotherLinkIsFollowedAsTheKernelDoes() throws {
        #expect(try leadingOut(["a/b/c/x": "../../..", "a/b/c/out": "x/../secret"]) == ["a/b/c/out"])
    }

    @Test func aCircleLeadsNowhereAndIsRefused() throws {
        #expect(try leadingOut(["one": "two", "two": "one"]) == ["one", "two"])
    }
}
