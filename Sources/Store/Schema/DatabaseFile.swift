import Glibc

/// The database file before SQLite opens it.
enum DatabaseFile {
    /// Creates the file when missing and takes it from everybody but its owner; SQLite gives the `-wal` and `-shm`
    /// files beside it the same mode.
    static func restrict(_ path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .file(path: path, message: String(cString: strerror(errno))) }
        defer { close(file) }
        guard fchmod(file, 0o600) == 0 else { throw .file(path: path, message: String(cString: strerror(errno))) }
    }
}
