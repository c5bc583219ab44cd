import Crypto
import Glibc

/// The file of the sealing keys: one key per line as 64 hex digits, oldest first; `#` begins a comment.
struct KeyFile {
    let path: String

    /// The keys, oldest first. Creates the file when neither it nor `database` exists.
    func load(database: String) throws(SealingError) -> [SymmetricKey] {
        if let keys = try read() { return keys }
        guard access(database, F_OK) != 0 else { throw .keyFileMissing(path: path, database: database) }
        try create()
        guard let keys = try read() else { throw .keyFile(path: path, message: "vanished while it was read") }
        return keys
    }

    /// nil when there is no file.
    private func read() throws(SealingError) -> [SymmetricKey]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure()
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("is not a regular file") }
        guard status.st_mode & 0o077 == 0 else {
            throw failure("others than its owner may read or change it; run chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let length = Glibc.read(file, &bytes, bytes.count)
        guard length >= 0 else { throw failure() }
        return try parse(String(decoding: bytes.prefix(length), as: UTF8.self))
    }

    private func parse(_ text: String) throws(SealingError) -> [SymmetricKey] {
        var keys: [SymmetricKey] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let word = line.split(whereSeparator: \.isWhitespace).first, !word.hasPrefix("#") else { continue }
            guard let key = Hex.decode(word), key.count == 32 else {
                throw failure("line \(index + 1) is not a key of 64 hex digits")
            }
            keys.append(SymmetricKey(data: key))
        }
        return keys
    }

    /// Writes a new key beside the path and links it there: the file is never seen half written, and of two that
    /// create it at once one wins and both read the same.
    private func create() throws(SealingError) {
        let fresh = "\(path).\(Hex.random(bytes: 8)).new"
        let text =
            "# Keys that seal values in operatord's database. Without this file they cannot be read.\n"
            + "\(Hex.random(bytes: 32))\n"
        let file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer {
            close(file)
            unlink(fresh)
        }
        let bytes = Array(text.utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else { throw failure() }
        guard link(fresh, path) == 0 || errno == EEXIST else { throw failure() }
        try syncFolder()
    }

    /// Makes the new name survive a power cut, for the database will soon depend on it.
    private func syncFolder() throws(SealingError) {
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure() }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure() }
    }

    private func failure(_ message: String? = nil) -> SealingError {
        .keyFile(path: path, message: message ?? String(cString: strerror(errno)))
    }
}
