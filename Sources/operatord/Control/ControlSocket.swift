import Foundation
import Glibc

/// The Unix socket through which the command line reaches the operatord that works on a data root.
///
/// It lies in a folder of its own that only its owner may enter, so that nobody else reaches it at any moment.
final class ControlSocket: Sendable {
    /// What `sockaddr_un` has room for, with its terminating zero.
    private static let maxPathBytes = 107

    private let folder: String
    /// Open folder when its path is too long for an address; -1 otherwise.
    private let descriptor: Int32
    /// To bind or to connect to.
    let path: String

    init(dataRoot: String) {
        folder = "\(dataRoot)/control"
        let plain = "\(folder)/operatord.sock"
        if plain.utf8.count <= Self.maxPathBytes {
            descriptor = -1
            path = plain
        } else {
            try? FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            path = descriptor < 0 ? plain : "/proc/self/fd/\(descriptor)/operatord.sock"
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Makes room for a new socket. Only for the holder of the data root's lock: what is there is an ended process's.
    func prepare() throws {
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
        unlink(path)
    }

    /// Called once it is bound.
    func restrict() { chmod(path, 0o600) }
}
