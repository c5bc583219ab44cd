import CoreFoundation
import Foundation
import Glibc

/// What the file system says of files without their being read, for places that inotify cannot see: a network file
/// system, another machine's folder.
struct FileStamps: Equatable {
    private struct Stamp: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var modified: Int
        var changed: Int

        /// nil when there is nothing.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
            size = Int(status.st_size)
            modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
            changed = status.st_ctim.tv_sec * 1_000_000_000 + status.st_ctim.tv_nsec
        }
    }

    private var stamps: [String: Stamp] = [:]

    init(files: Set<String>, folders: Set<String>) {
        for path in files { stamps[path] = Stamp(path) }
        for path in folders {
            stamps[path] = Stamp(path)
            for name in (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? [] {
                stamps["\(path)/\(name)"] = Stamp("\(path)/\(name)")
            }
        }
    }
}
