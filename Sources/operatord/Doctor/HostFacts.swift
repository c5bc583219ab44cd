import Foundation
import Glibc

/// What the machine says, read without changing anything.
enum HostFacts {
    static func kernel(_ name: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/sys/\(name)", encoding: .utf8) else { return nil }
        return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    static var openFiles: Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }

    /// Permission bits; nil when there is no such file.
    static func mode(_ path: String) -> UInt32? {
        let facts = try? FileManager.default.attributesOfItem(atPath: path)
        return (facts?[.posixPermissions] as? Int).map { UInt32($0) }
    }

    /// Bytes free for this user and in all, of the file system that holds the path or would.
    static func space(_ path: String) -> (free: Int64, total: Int64)? {
        var url = URL(filePath: path)
        while !FileManager.default.fileExists(atPath: url.path), url.path != "/" { url.deleteLastPathComponent() }
        guard let facts = try? FileManager.default.attributesOfFileSystem(forPath: url.path),
            let free = facts[.systemFreeSize] as? UInt64, let total = facts[.systemSize] as? UInt64
        else { return nil }
        return (Int64(clamping: free), Int64(clamping: total))
    }

    /// Binds and lets go; 0 when it could be bound, else why not. Nothing is listened on.
    static func bind(host: String, port: UInt16) -> Int32 {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else { return EADDRNOTAVAIL }
        defer { freeaddrinfo(found) }
        let descriptor = socket(found.pointee.ai_family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As the server does: what is left of closed connections does not count.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return Glibc.bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 ? 0 : errno
    }
}
