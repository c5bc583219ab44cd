import Foundation

/// What a process that died while it wrote the key file left beside it.
extension KeyFile {
    private static let ending = ".new"
    private static let randomDigits = 16

    /// Where ``KeyFile`` writes what is to take its place.
    func freshPath() -> String { "\(path).\(Hex.random(bytes: Self.randomDigits / 2))\(Self.ending)" }

    /// Removes what nobody writes any more, unless another process is changing the keys: whoever comes later does it.
    ///
    /// Throws when one cannot be removed, for it holds keys.
    func removeLeftovers() throws(SealingError) {
        guard !leftovers.isEmpty, let lock = try KeyFileLock.unlessHeld(of: self) else { return }
        defer { withExtendedLifetime(lock) {} }
        try removeLeftovers(under: lock)
    }

    /// Under the lock each is of a dead process, or of one that makes a first key file where there is one by now.
    func removeLeftovers(under _: KeyFileLock) throws(SealingError) {
        for leftover in leftovers where unlink(leftover) != 0 && errno != ENOENT {
            throw failure("\(leftover), which holds keys, cannot be removed: \(String(cString: strerror(errno)))")
        }
    }

    private var leftovers: [String] {
        let url = URL(filePath: path)
        let folder = url.deletingLastPathComponent().path
        let start = url.lastPathComponent + "."
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { name in
            name.hasPrefix(start) && name.hasSuffix(Self.ending)
                && name.utf8.count == start.utf8.count + Self.randomDigits + Self.ending.utf8.count
                && name.dropFirst(start.count).prefix(Self.randomDigits).allSatisfy(\.isHexDigit)
        }
        .map { "\(folder)/\($0)" }
    }
}
