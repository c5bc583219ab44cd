import Foundation
import Glibc
import Spec

/// The files of the configuration that was last put in force, kept in the data root.
///
/// With them a restart runs although an edit in the meantime was bad. Mode 0600: the files may hold secrets.
struct LastGoodConfiguration: Codable {
    /// Another `stack.yaml` on the same data root is another installation's affair.
    var stackFile: String?
    var savedAt: Date
    var snapshot: ConfigurationSnapshot

    private static let name = "configuration.last-good"

    /// The one that was kept for `files`; nil when there is none, or it cannot be read.
    static func find(for files: ConfigurationFiles) -> LastGoodConfiguration? {
        for root in files.likelyDataRoots() {
            guard let data = FileManager.default.contents(atPath: "\(root)/\(name)"),
                let kept = try? JSONDecoder().decode(LastGoodConfiguration.self, from: data),
                kept.stackFile == files.stackFile
            else { continue }
            return kept
        }
        return nil
    }

    /// Whole or not at all, and on the disk when it returns.
    func save(in dataRoot: String) throws {
        let path = "\(dataRoot)/\(Self.name)"
        let temporary = "\(path).tmp"
        let data = try JSONEncoder().encode(self)
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(path: temporary) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: data)
        try handle.synchronize()
        try handle.close()
        guard rename(temporary, path) == 0 else { throw Failure(path: path) }
    }

    private struct Failure: Error, CustomStringConvertible {
        let path: String
        let message = String(cString: strerror(errno))
        var description: String { "\(path): \(message)" }
    }
}
