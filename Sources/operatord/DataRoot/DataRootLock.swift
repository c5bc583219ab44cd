import Foundation
import Glibc

/// The exclusive hold on a data root, so that two operators never work on one. Ends with the object or the process.
final class DataRootLock: Sendable {
    /// Why there is no hold.
    enum Failure: Error, Equatable, CustomStringConvertible {
        /// `pid` is nil when the holder has not written it yet.
        case held(path: String, pid: Int32?)
        case file(path: String, message: String)

        var description: String {
            switch self {
            case .held(let path, let pid):
                "another operatord\(pid.map { " (pid \($0))" } ?? "") uses this data root: it holds \(path)"
            case .file(let path, let message): "\(path): \(message)"
            }
        }
    }

    private let descriptor: Int32

    /// Locks `<dataRoot>/operatord.lock` and writes this process's id into it. Makes the data root when missing.
    init(dataRoot: String) throws(Failure) {
        let path = "\(dataRoot)/operatord.lock"
        try? FileManager.default.createDirectory(atPath: dataRoot, withIntermediateDirectories: true)
        // Close-on-exec: a child process that outlived this one would go on holding the lock.
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, message: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw .file(path: path, message: String(cString: strerror(errno))) }
            throw .held(path: path, pid: Self.readPID(descriptor))
        }
        let line = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, line, line.count, 0) == line.count else {
            throw .file(path: path, message: String(cString: strerror(errno)))
        }
    }

    /// Unlocked and not only closed: a child that is just being forked has the descriptor too.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func readPID(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count), as: UTF8.self).prefix { $0 != "\n" })
    }
}
