// Which of the two modules owns the C library's structs depends on what the compiler has seen before: both are named.
import CoreFoundation
import Foundation
import Glibc
import Spec

/// An open folder. Everything is done from it to one name in it, so nobody can swap a folder on the way for a link.
struct Folder: ~Copyable {
    enum Entry { case missing, folder, other }

    /// What is being written; one that an interrupted writing left is replaced by the next.
    private static let temporaryName = ".operatord.tmp"

    /// For messages only.
    private let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Opens the folder from which no link is followed any more; makes it and its parents when missing.
    init(root path: String) throws(HomeError) {
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        self.init(path: path, descriptor: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
        guard descriptor >= 0 else { throw HomeError(path: path, message: Self.lastError) }
    }

    deinit { close(descriptor) }

    /// What a name stands for, without following a link.
    func entry(_ name: String) throws(HomeError) -> Entry {
        guard let status = try status(name) else { return .missing }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
    }

    /// Opens a folder in this one, making it when missing, and gives it (not what is in it) to `owner`.
    func folder(_ name: String, mode: mode_t, owner: Owner) throws(HomeError) -> Folder {
        guard mkdirat(descriptor, name, mode) == 0 || errno == EEXIST else { throw failure(name) }
        let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard child >= 0 else { throw try blocked(name) }
        let folder = Folder(path: "\(path)/\(name)", descriptor: child)
        guard owner.take(child) else { throw notGiven(name, to: owner) }
        return folder
    }

    /// Whether the name is a regular file with exactly these contents, permission bits and owner.
    func holds(_ file: RenderedFile, as name: String, owner: Owner) throws(HomeError) -> Bool {
        guard let status = try status(name), status.st_mode & S_IFMT == S_IFREG, owner.owns(status),
            status.st_mode & 0o7777 == mode_t(file.mode) & 0o777, status.st_size == file.contents.count
        else { return false }
        let found = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard found >= 0 else { throw failure(name) }
        defer { close(found) }
        let contents = try? FileHandle(fileDescriptor: found).read(upToCount: file.contents.count + 1)
        return (contents ?? Data()).elementsEqual(file.contents)
    }

    /// Puts the file in place whole or not at all, over whatever has the name except a folder.
    ///
    /// `isDurable` waits for the disk: needed where a file that a power cut emptied would never be written again.
    func write(_ file: RenderedFile, as name: String, owner: Owner, isDurable: Bool) throws(HomeError) {
        let temporary = Self.temporaryName
        unlinkat(descriptor, temporary, 0)
        let fresh = openat(descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard fresh >= 0 else { throw failure(temporary) }
        defer { close(fresh) }
        do throws(HomeError) {
            guard owner.take(fresh) else { throw notGiven(name, to: owner) }
            guard Self.writeAll(file.contents, to: fresh), fchmod(fresh, mode_t(file.mode) & 0o777) == 0,
                !isDurable || fsync(fresh) == 0, renameat(descriptor, temporary, descriptor, name) == 0
            else { throw failure(name) }
        } catch {
            unlinkat(descriptor, temporary, 0)
            throw error
        }
    }

    /// Removes a name in this folder with all that is below it. No link is followed. Cut off, it goes on with the next.
    ///
    /// An agent may have nested folders deeper than there are descriptors or stack, so a folder inside is moved up to
    /// the top one before it is emptied.
    func removeTree(_ name: String) throws(HomeError) {
        if try entry(name) == .folder {
            let top = try opened(name)
            var number = 0
            repeat {} while try top.removeOneLevel(&number)
        }
        try remove(name)
    }

    /// Removes the files in this folder and in those right below it, whose folders move up into this one. False when
    /// nothing is left.
    private func removeOneLevel(_ number: inout Int) throws(HomeError) -> Bool {
        let names = try names()
        for name in names {
            if try entry(name) == .folder {
                let folder = try opened(name)
                for inner in try folder.names() {
                    if try folder.entry(inner) == .folder {
                        try folder.move(inner, to: self, &number)
                    } else {
                        try folder.remove(inner)
                    }
                }
            }
            try remove(name)
        }
        return !names.isEmpty
    }

    /// Gives a folder in this one a free name in another.
    private func move(_ name: String, to other: borrowing Folder, _ number: inout Int) throws(HomeError) {
        repeat {
            number += 1
            if renameat(descriptor, name, other.descriptor, "\(Self.temporaryName).\(number)") == 0 { return }
        } while [EEXIST, ENOTEMPTY, ENOTDIR].contains(errno)
        throw failure(name)
    }

    /// Removes a file, a link or an empty folder; a missing one succeeds.
    private func remove(_ name: String) throws(HomeError) {
        let isFolder = try entry(name) == .folder
        guard unlinkat(descriptor, name, isFolder ? AT_REMOVEDIR : 0) == 0 || errno == ENOENT else {
            throw failure(name)
        }
    }

    /// An existing folder in this one.
    private func opened(_ name: String) throws(HomeError) -> Folder {
        let child = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard child >= 0 else { throw try blocked(name) }
        return Folder(path: "\(path)/\(name)", descriptor: child)
    }

    /// What is in this folder.
    private func names() throws(HomeError) -> [String] {
        // A stream owns its descriptor and its place in the folder, so it gets its own.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            let error = failure(".")
            if copy >= 0 { close(copy) }
            throw error
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let found = readdir(stream) else { break }
            let name = withUnsafePointer(to: &found.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw failure(".") }
        return names
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }

    private func status(_ name: String) throws(HomeError) -> stat? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        if errno == ENOENT { return nil }
        throw failure(name)
    }

    private static var lastError: String { String(cString: strerror(errno)) }

    private func failure(_ name: String) -> HomeError { HomeError(path: "\(path)/\(name)", message: Self.lastError) }

    /// Why a name that exists cannot be opened as a folder.
    private func blocked(_ name: String) throws(HomeError) -> HomeError {
        let reason = failure(name)
        guard let status = try status(name) else { return reason }
        switch status.st_mode & S_IFMT {
        case S_IFLNK: return HomeError(path: reason.path, message: "is a symbolic link where a folder should be")
        case S_IFDIR: return reason
        default: return HomeError(path: reason.path, message: "is not a folder")
        }
    }

    private func notGiven(_ name: String, to owner: Owner) -> HomeError {
        let message = "cannot be given to \(owner) (\(Self.lastError)); operatord runs as uid \(geteuid()), not as root"
        return HomeError(path: "\(path)/\(name)", message: message)
    }
}
