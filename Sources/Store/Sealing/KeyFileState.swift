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
    init(of file: KeyFile) throws(SealingError) {
        descriptor = open("\(file.path).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw file.failure() }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = file.failure(isHeld ? "another process is changing the keys" : nil)
            close(descriptor)
            throw failure
        }
    }

    /// Unlocked and not only closed: a child that is just being forked has the descriptor too.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
