import CoreFoundation
import Crypto
import Foundation
import Glibc

/// Writes a tar archive (ustar; sizes from 8 GiB on as GNU writes them) of regular files.
final class TarWriter {
    struct Written: Sendable {
        var bytes: Int
        /// SHA-256, in lower-case hex.
        var digest: String
    }

    static let block = 512
    private let path: String
    private let file: FileHandle

    /// A new file of mode 0600.
    init(path: String) throws {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw BackupError.system(path) }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    static func digest(of data: Data) -> String { SHA256.hash(data: data).hex }

    func add(_ name: String, contents: Data) throws {
        try file.write(contentsOf: Self.header(name, bytes: contents.count))
        try file.write(contentsOf: contents)
        try pad(contents.count)
    }

    /// Copies a file that nobody changes meanwhile; says what went in.
    func add(_ name: String, from source: String) throws -> Written {
        let handle = try FileHandle.reading(source)
        let bytes = Int(try handle.seekToEnd())
        try handle.seek(toOffset: 0)
        try file.write(contentsOf: Self.header(name, bytes: bytes))
        var digest = SHA256()
        var left = bytes
        while left > 0, let chunk = try handle.read(upToCount: min(left, 1 << 20)), !chunk.isEmpty {
            digest.update(data: chunk)
            try file.write(contentsOf: chunk)
            left -= chunk.count
        }
        guard left == 0 else { throw BackupError.message("\(source) became shorter while it was read") }
        try pad(bytes)
        return Written(bytes: bytes, digest: digest.finalize().hex)
    }

    /// Ends the archive and waits for the disk.
    func finish() throws {
        try file.write(contentsOf: Data(count: 2 * Self.block))
        try file.synchronize()
        try file.close()
    }

    private func pad(_ bytes: Int) throws {
        let rest = bytes % Self.block
        if rest > 0 { try file.write(contentsOf: Data(count: Self.block - rest)) }
    }

    private static func header(_ name: String, bytes: Int) -> Data {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, at: 0)
        put(octal(0o600, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        if bytes < 1 << 33 {
            put(octal(bytes, digits: 11), at: 124)
        } else {
            header[124] = 0x80
            for index in 0..<8 { header[135 - index] = UInt8(truncatingIfNeeded: bytes >> (8 * index)) }
        }
        put(octal(Int(Date().timeIntervalSince1970), digits: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6), at: 148)
        header[154] = 0
        return Data(header)
    }
}

extension Sequence<UInt8> {
    /// Lower-case hex.
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

extension FileHandle {
    /// A regular file, no link.
    static func reading(_ path: String) throws -> FileHandle {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw BackupError.system(path) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw BackupError.system(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw BackupError.message("\(path) is not a regular file") }
        return handle
    }
}
