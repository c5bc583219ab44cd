import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The page's files, read once: every file is a route of its own, so no request can name anything else.
struct Page: Sendable {
    /// URL path to file, `/app.js`.
    private(set) var files: [String: PageFile] = [:]

    /// Reads every file of a known type under `folder`. Hidden files and symbolic links are left out. Throws when a
    /// file or the folder cannot be read.
    init(folder: String) throws {
        try read(folder: folder, path: "/")
    }

    func add(to router: Router<APIContext>) {
        for (path, file) in files { router.get(RouterPath(path)) { request, _ in file.reply(to: request) } }
        if let index = files["/index.html"] { router.get("/") { request, _ in index.reply(to: request) } }
    }

    private mutating func read(folder: String, path: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasPrefix(".") {
            let source = "\(folder)/\(name)"
            switch try FileManager.default.attributesOfItem(atPath: source)[.type] as? FileAttributeType {
            case .typeDirectory: try read(folder: source, path: "\(path)\(name)/")
            case .typeRegular:
                guard let type = PageFile.contentType(ofName: name) else { continue }
                let contents = try Data(contentsOf: URL(filePath: source))
                files[path + name] = PageFile(contents: contents, contentType: type)
            default: continue
            }
        }
    }
}

/// One file of the page. Browsers ask each time whether it changed and get 304 when it did not.
struct PageFile: Sendable {
    private let contents: ByteBuffer
    private let contentType: String
    private let entityTag: String

    init(contents: Data, contentType: String) {
        self.contents = ByteBuffer(bytes: contents)
        self.contentType = contentType
        let digest = SHA256.hash(data: contents).prefix(12)
        entityTag = "\"" + digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "\""
    }

    func reply(to request: Request) -> Response {
        let headers: HTTPFields = [.contentType: contentType, .eTag: entityTag, .cacheControl: "no-cache"]
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(entityTag) {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: contents))
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
