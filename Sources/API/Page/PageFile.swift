import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// One file of the page. Browsers ask each time whether it changed and get 304 when it did not.
struct PageFile: Sendable {
    private let plain: Form
    /// nil for what does not become smaller.
    private let compressed: Form?
    private let contentType: String

    init(contents: Data, contentType: String) {
        self.contentType = contentType
        plain = Form(contents)
        compressed = Self.isText(contentType) ? contents.gzipped().map(Form.init) : nil
    }

    func reply(to request: Request) -> Response {
        let form = compressed.flatMap { Self.takesGzip(request) ? $0 : nil } ?? plain
        var headers: HTTPFields = [.contentType: contentType, .eTag: form.entityTag, .cacheControl: "no-cache"]
        if compressed != nil { headers[.vary] = "Accept-Encoding" }
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(form.entityTag) {
            return Response(status: .notModified, headers: headers)
        }
        if compressed?.entityTag == form.entityTag { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: form.contents))
    }

    /// The bytes as they are sent, with a tag of their own: caches must not take one form for the other.
    private struct Form: Sendable {
        let contents: ByteBuffer
        let entityTag: String

        init(_ bytes: Data) {
            contents = ByteBuffer(bytes: bytes)
            let digest = SHA256.hash(data: bytes).prefix(12)
            entityTag = "\"" + digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\""
        }
    }

    /// Whether `Accept-Encoding` names gzip without forbidding it.
    private static func takesGzip(_ request: Request) -> Bool {
        request.headers[values: .acceptEncoding].joined(separator: ",").split(separator: ",").contains { entry in
            let parts = entry.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            guard parts.first == "gzip" || parts.first == "*" else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
        }
    }

    private static func isText(_ contentType: String) -> Bool {
        contentType.hasPrefix("text/") || contentType.contains("json") || contentType.contains("svg")
    }

    /// nil for types that the page has no use for.
    static func contentType(ofName name: String) -> String? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return contentTypes[name[name.index(after: dot)...].lowercased()]
    }

    private static let contentTypes = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
        "json": "application/json", "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon",
        "webmanifest": "application/manifest+json", "woff2": "font/woff2", "txt": "text/plain; charset=utf-8",
    ]
}
