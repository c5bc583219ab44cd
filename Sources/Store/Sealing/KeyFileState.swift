import Glibc

/// Tells one state of the key file from another without reading it.
struct KeyFileState: Equatable {
    private let device: UInt
    private let inode: UInt
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// Throws when the file is not there or cannot be looked at.
    init(of file: KeyFile) throws(SealingError) {
        var status = stat()
        guard stat(file.path, &status) == 0 else { throw file.failure() }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}

/// Held by whoever changes the key file, so that no change is lost to another one. Ends with the object or the process.
final class KeyFileLock {
    private let descriptor: Int32

    /// Throws when another process holds it.
    convenience init(of file: KeyFile) throws(SealingError) {
        guard let descriptor = try Self.locked(file) else {
            throw file.failure("another process is changing the keys")
        }
        self.init(descriptor)
    }

    /// nil when another process holds it.
    static func unlessHeld(of file: KeyFile) throws(SealingError) -> KeyFileLock? {
        try locked(file).map(KeyFileLock.init)
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    private static func locked(_ file: KeyFile) throws(SealingError) -> Int32? {
        let descriptor = open("\(file.path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw file.failure() }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        let problem = errno
        close(descriptor)
        guard problem == EWOULDBLOCK else { throw file.failure(String(cString: strerror(problem))) }
        return nil
    }

    /// Unlocked and not only closed: a child that is just being forked has the descriptor too.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
