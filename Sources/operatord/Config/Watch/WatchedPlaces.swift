import CoreFoundation
import Foundation
import Glibc

/// Where to look so that no change of some files and folders is missed: not the files alone, which editors and `git`
/// replace by others of the same name, but the folders that hold them and every symbolic link on the way.
struct WatchedPlaces: Equatable {
    /// What counts of what happens at a place.
    enum Interest: Equatable {
        /// That the folder goes away or is moved.
        case itself
        /// Also what happens to these entries of the folder.
        case entries(Set<String>)
        /// Whatever happens to the file, or in the folder.
        case everything
    }

    /// By path without symbolic links.
    private(set) var interests: [String: Interest] = [:]

    private static let maxLinks = 40

    init(files: Set<String>, folders: Set<String>) {
        for path in files {
            if let file = trace(path) { interests[file] = .everything }
        }
        for path in folders {
            if let folder = trace(path) { addTree(folder) }
        }
    }

    /// Follows the path name by name. nil when it leads nowhere; then the place where the next name should be is watched.
    private mutating func trace(_ path: String) -> String? {
        var names = path.split(separator: "/").map(String.init)[...]
        var place = ""
        var links = 0
        while let name = names.popFirst() {
            if name == "." { continue }
            if name == ".." {
                place = String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)])
                continue
            }
            let child = "\(place)/\(name)"
            var status = stat()
            guard lstat(child, &status) == 0 else {
                add(name, of: place)
                return nil
            }
            if status.st_mode & S_IFMT == S_IFLNK {
                add(name, of: place)
                links += 1
                guard links <= Self.maxLinks,
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: child)
                else { return nil }
                if target.hasPrefix("/") { place = "" }
                names = target.split(separator: "/").map(String.init)[...] + names
            } else {
                if names.isEmpty { add(name, of: place) } else { addItself(child) }
                place = child
            }
        }
        return place
    }

    private mutating func add(_ name: String, of folder: String) {
        let folder = folder.isEmpty ? "/" : folder
        switch interests[folder] {
        case .itself, nil: interests[folder] = .entries([name])
        case .entries(let names): interests[folder] = .entries(names.union([name]))
        case .everything: break
        }
    }

    private mutating func addItself(_ folder: String) {
        if interests[folder] == nil { interests[folder] = .itself }
    }

    private mutating func addTree(_ folder: String) {
        interests[folder] = .everything
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            var status = stat()
            let child = "\(folder)/\(name)"
            if lstat(child, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { addTree(child) }
        }
    }
}
