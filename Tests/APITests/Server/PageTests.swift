import Foundation
import HTTPTypes
import Testing

@Suite struct PageTests {
    /// A folder with a page, beside a file that is none of it.
    private func withPage(_ body: (String) async throws -> Void) async throws {
        let parent = FileManager.default.temporaryDirectory.appending(path: "api-page-\(UUID())")
        let root = parent.appending(path: "public")
        try FileManager.default.createDirectory(at: root.appending(path: "chat"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: parent) }
        try Data("<!doctype html>".utf8).write(to: root.appending(path: "index.html"))
        try Data("export {}".utf8).write(to: root.appending(path: "chat/chat.js"))
        try Data("secret".utf8).write(to: parent.appending(path: "secret.txt"))
        try Data("secret".utf8).write(to: root.appending(path: ".hidden.txt"))
        try FileManager.default.createSymbolicLink(
            at: root.appending(path: "link.txt"), withDestinationURL: parent.appending(path: "secret.txt"))
        try await body(root.path)
    }

    @Test func thePageIsServedWithTypesAndAStrictPolicy() async throws {
        try await withPage { root in
            try await World(pageRoot: root).run { browser async throws in
                for path in ["/", "/index.html"] {
                    let reply = try await browser.get(path)
                    #expect(reply.text == "<!doctype html>")
                    #expect(reply.headers[.contentType] == "text/html; charset=utf-8")
                    #expect(
                        reply.headers[.contentSecurityPolicy]?.hasPrefix(
                            "default-src 'self'; img-src 'self' data: blob:") == true)
                }
                let script = try await browser.get("/chat/chat.js")
                #expect(script.headers[.contentType] == "text/javascript; charset=utf-8")
                #expect(script.headers[.cacheControl] == "no-cache")
            }
        }
    }

    @Test func anUnchangedFileIsNotSentAgain() async throws {
        try await withPage { root in
            try await World(pageRoot: root).run { browser async throws in
                let tag = try #require(try await browser.get("/").headers[.eTag])
                let again = try await browser.get("/", headers: [.ifNoneMatch: tag])
                #expect(again.status == 304)
                #expect(again.text.isEmpty)
                #expect(try await browser.get("/", headers: [.ifNoneMatch: "\"other\""]).status == 200)
            }
        }
    }

    @Test(arguments: [
        "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/chat/../../secret.txt", "/.hidden.txt",
        "/link.txt",
        "/chat", "/chat/", "//etc/passwd",
    ])
    func nothingElseCanBeNamed(path: String) async throws {
        try await withPage { root in
            try await World(pageRoot: root).run { browser async throws in
                let reply = try await browser.get(path)
                #expect(reply.status == 404)
            }
        }
    }
}
