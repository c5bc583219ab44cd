import CoreFoundation
import Foundation
import Spec

/// Reads a folder under `seeds/` into memory, within bounds.
enum SeedFolder {
    /// Seeds are configuration: the whole tree is copied into every user's home.
    static let maxBytes = 8 << 20
    static let maxFiles = 1000

    enum Problem: Error, CustomStringConvertible {
        case unreadable(String, String)
        case notAFile(String)
        case tooLarge

        var description: String {
            switch self {
            case .unreadable(let path, let reason): "\(path): \(reason)."
            case .notAFile(let path): "\(path) is neither a file nor a folder."
            case .tooLarge: "it holds more than \(maxFiles) files or \(maxBytes >> 20) MiB."
            }
        }
    }

    /// All regular files below `root`, with their permission bits. Symbolic links are refused, not followed.
    static func read(_ root: String) throws(Problem) -> SeedTree {
        var files: [SeedFile] = []
        var bytes = 0
        try walk(root, prefix: "", into: &files, bytes: &bytes)
        return SeedTree(files: files)
    }

    private static func walk(_ path: String, prefix: String, into files: inout [SeedFile], bytes: inout Int)
        throws(Problem)
    {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .unreadable(path, String(cString: strerror(errno == 0 ? ENOENT : errno)))
        }
        for name in names.sorted() {
            let child = path + "/" + name
            var status = stat()
            guard lstat(child, &status) == 0 else { throw .unreadable(child, String(cString: strerror(errno))) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                try walk(child, prefix: prefix + name + "/", into: &files, bytes: &bytes)
            case S_IFREG:
                bytes += Int(status.st_size)
                guard bytes <= maxBytes, files.count < maxFiles else { throw .tooLarge }
                guard let contents = FileManager.default.contents(atPath: child) else {
                    throw .unreadable(child, "it cannot be read")
                }
                files.append(
                    SeedFile(path: prefix + name, mode: UInt16(status.st_mode & 0o7777), contents: [UInt8](contents))
                )
            default:
                throw .notAFile(child)
            }
        }
    }
}
