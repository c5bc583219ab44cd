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

    @Test(arguments: ["/c/demo", "/c/demo/12", "/settings", "/settings/keys", "/admin/runners/3/demo"])
    func itsOwnAddressesShowThePage(path: String) async throws {
        try await withPage { root in
            try await World(pageRoot: root).run { browser async throws in
                let reply = try await browser.get(path)
                #expect(reply.status == 200)
                #expect(reply.text == "<!doctype html>")
            }
        }
    }

    @Test func textIsCompressedForThoseWhoAskAndHasATagOfItsOwn() async throws {
        let script = String(repeating: "export const answer = 42;\n", count: 100)
        try await withPage { root in
            try Data(script.utf8).write(to: URL(filePath: root).appending(path: "long.js"))
            try await World(pageRoot: root).run { browser async throws in
                let plain = try await browser.get("/long.js")
                #expect(plain.text == script)
                #expect(plain.headers[.contentEncoding] == nil)
                #expect(plain.headers[.vary] == "Accept-Encoding")
                let small = try await browser.get("/long.js", headers: [.acceptEncoding: "br, gzip;q=0.8"])
                #expect(small.headers[.contentEncoding] == "gzip")
                #expect(small.headers[.eTag] != plain.headers[.eTag])
                #expect(small.headers[.contentLength].flatMap { Int($0) } ?? .max < script.utf8.count / 4)
                let refused = try await browser.get("/long.js", headers: [.acceptEncoding: "gzip;q=0"])
                #expect(refused.text == script)
                // What does not become smaller stays as it is.
                let short = try await browser.get("/chat/chat.js", headers: [.acceptEncoding: "gzip"])
                #expect(short.headers[.contentEncoding] == nil)
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
