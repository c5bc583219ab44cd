import Foundation
import Hummingbird

/// The page's files, read once: every file is a route of its own, so no request can name anything else.
struct Page: Sendable {
    /// What the page shows under addresses of its own: chats, settings, administration.
    private static let screens: [RouterPath] = ["c/**", "settings", "settings/**", "admin", "admin/**"]

    /// URL path to file, `/app.js`.
    private(set) var files: [String: PageFile] = [:]

    /// Reads every file of a known type under `folder`. Hidden files and symbolic links are left out. Throws when a
    /// file or the folder cannot be read.
    init(folder: String) throws {
        try read(folder: folder, path: "/")
    }

    func add(to router: Router<APIContext>) {
        for (path, file) in files { router.get(RouterPath(path)) { request, _ in file.reply(to: request) } }
        guard let index = files["/index.html"] else { return }
        for path in ["/"] + Self.screens { router.get(path) { request, _ in index.reply(to: request) } }
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
