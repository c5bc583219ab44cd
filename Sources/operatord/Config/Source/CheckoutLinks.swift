import CoreFoundation
import Foundation
import Glibc

/// Symbolic links of a checkout. Whoever may write to the repository must not choose files of the machine.
enum CheckoutLinks {
    private static let maxLinks = 40

    /// Links that lead, or would lead if the files on the way existed, out of the folder: paths inside it, sorted.
    static func leadingOut(of root: String) -> [String] {
        var found: [String] = []
        walk(root, "", into: &found)
        return found.sorted()
    }

    private static func walk(_ root: String, _ prefix: String, into found: inout [String]) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(prefix)")) ?? [] {
            let path = prefix + name
            switch kind("\(root)/\(path)") {
            case S_IFDIR where path != ".git": walk(root, path + "/", into: &found)
            case S_IFLNK where !staysInside(path, root): found.append(path)
            default: break
            }
        }
    }

    /// Follows the names one by one, as the kernel does.
    private static func staysInside(_ path: String, _ root: String) -> Bool {
        var names = path.split(separator: "/").map(String.init)[...]
        var place: [String] = []
        var links = 0
        while let name = names.popFirst() {
            if name == "." { continue }
            if name == ".." {
                guard place.popLast() != nil else { return false }
                continue
            }
            let child = (place + [name]).joined(separator: "/")
            guard kind("\(root)/\(child)") == S_IFLNK else {
                place.append(name)
                continue
            }
            links += 1
            guard links <= maxLinks,
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/\(child)"),
                !target.hasPrefix("/")
            else { return false }
            names = target.split(separator: "/").map(String.init)[...] + names
        }
        return true
    }

    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }
}
