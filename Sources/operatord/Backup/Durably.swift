import CLinux
import CoreFoundation
import Foundation
import Glibc

/// Changes of names that are on the disk when they return.
enum Durably {
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether anything would be lost without the name; an empty folder is removed.
    static func holdsSomething(_ path: String) -> Bool {
        rmdir(path)
        return exists(path)
    }

    /// Over an empty folder too, over nothing else that is there.
    static func move(_ from: String, to: String) throws {
        guard !holdsSomething(to) else { throw BackupError.message("\(to) is there already") }
        guard rename(from, to) == 0 else { throw BackupError.system("\(from), renamed to \(to)") }
        try flushFolder(of: to)
    }

    /// Replaces the file whole or not at all.
    static func write(_ data: Data, to path: String) throws {
        let temporary = "\(path).tmp"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BackupError.system(temporary) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: data)
        try handle.synchronize()
        try handle.close()
        guard rename(temporary, path) == 0 else { throw BackupError.system(path) }
        try flushFolder(of: path)
    }

    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw BackupError.system(path) }
        try flushFolder(of: path)
    }

    static func flushFolder(of path: String) throws { try flush(parent(path)) { fsync($0) } }

    /// All that was written to the file system of `path`.
    static func flushFileSystem(of path: String) throws { try flush(path) { syncfs($0) } }

    static func parent(_ path: String) -> String { URL(filePath: path).deletingLastPathComponent().path }

    private static func flush(_ folder: String, _ how: (Int32) -> Int32) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BackupError.system(folder) }
        defer { close(descriptor) }
        guard how(descriptor) == 0 else { throw BackupError.system(folder) }
    }
}
