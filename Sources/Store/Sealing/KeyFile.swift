import Crypto
import Glibc

/// The file of the sealing keys: one key per line as 64 hex digits, oldest first; `#` begins a comment. A line
/// `fingerprint` with 64 hex digits holds the key of fingerprints once the key that it came from is gone.
struct KeyFile: Sendable {
    struct Contents {
        /// Oldest first.
        var keys: [SymmetricKey]
        /// 64 hex digits; nil when it is derived from the oldest key.
        var fingerprintKey: String?
    }

    let path: String

    /// What the file holds. Creates it with one random key when neither it nor `database` exists.
    func load(database: String) throws(SealingError) -> Contents {
        if let contents = try read() { return contents }
        guard access(database, F_OK) != 0 else { throw .keyFileMissing(path: path, database: database) }
        try create()
        guard let contents = try read() else { throw .keyFile(path: path, message: "vanished while it was read") }
        return contents
    }

    /// nil when there is no file.
    func read() throws(SealingError) -> Contents? {
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

    private func parse(_ text: String) throws(SealingError) -> Contents {
        var contents = Contents(keys: [])
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).prefix { !$0.hasPrefix("#") }
            guard let last = words.last else { continue }
            let isFingerprint = words.count == 2 && words[0] == "fingerprint"
            guard words.count == 1 || isFingerprint, let key = Hex.decode(last), key.count == 32 else {
                throw failure("line \(index + 1) is not a key of 64 hex digits")
            }
            if isFingerprint {
                contents.fingerprintKey = Hex.encode(key)
            } else {
                contents.keys.append(SymmetricKey(data: key))
            }
        }
        guard !contents.keys.isEmpty else { throw failure("holds no key") }
        return contents
    }

    // MARK: Writing

    /// Of two that create it at once one wins, and both read the same. The other's new file may be gone by then, taken
    /// for a leftover.
    private func create() throws(SealingError) {
        try withNewFile(Contents(keys: [SymmetricKey(size: .bits256)])) { fresh throws(SealingError) in
            guard link(fresh, path) == 0 || errno == EEXIST || errno == ENOENT else { throw failure() }
        }
    }

    /// Puts `contents` in the place of what is there. Only under ``KeyFileLock``.
    func replace(with contents: Contents) throws(SealingError) {
        try withNewFile(contents) { fresh throws(SealingError) in
            guard rename(fresh, path) == 0 else { throw failure() }
        }
    }

    /// Writes beside the path, then lets `place` put it there: the file is never seen half written.
    private func withNewFile(
        _ contents: Contents, _ place: (String) throws(SealingError) -> Void
    ) throws(SealingError) {
        let fresh = freshPath()
        let file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        defer {
            close(file)
            unlink(fresh)
        }
        let bytes = Array(contents.text.utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else { throw failure() }
        try place(fresh)
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

    func failure(_ message: String? = nil) -> SealingError {
        .keyFile(path: path, message: message ?? String(cString: strerror(errno)))
    }
}

extension KeyFile.Contents {
    fileprivate var text: String {
        var lines = ["# Keys that seal values in operatord's database. Without this file they cannot be read."]
        if let fingerprintKey { lines.append("fingerprint \(fingerprintKey)") }
        lines += keys.map { key in key.withUnsafeBytes { Hex.encode($0) } }
        return lines.joined(separator: "\n") + "\n"
    }
}
