import Foundation

/// Goes through a tar archive (ustar, pax and GNU names) from its beginning, with bounded memory.
struct TarReader {
    struct Entry {
        enum Kind { case file, folder, symbolicLink, hardLink, fifo, device, other }

        var name: String
        var kind: Kind
        /// What a link names.
        var target: String
        var bytes: Int
        /// Where its contents begin in the archive.
        var offset: Int
    }

    private static let mostExtra = 1 << 20
    private let handle: FileHandle
    private let start: Int
    private let length: Int

    /// An archive, or the `length` bytes of a file from `start` that hold one.
    init(_ handle: FileHandle, from start: Int = 0, length: Int? = nil) throws {
        self.handle = handle
        self.start = start
        self.length = try length ?? Int(handle.seekToEnd()) - start
    }

    /// Calls `body` for every member, in order. Throws where the archive cannot be understood or ends too soon.
    func forEach(_ body: (Entry) throws -> Void) throws {
        var position = 0
        var extra: [String: String] = [:]
        while true {
            let header = [UInt8](try bytes(at: position, count: TarWriter.block))
            if header.allSatisfy({ $0 == 0 }) { return }
            var sum = 8 * 32
            for (index, byte) in header.enumerated() where !(148..<156).contains(index) { sum += Int(byte) }
            guard let noted = Self.number(header[148..<156]), noted == sum, let size = Self.number(header[124..<136])
            else { throw BackupError.message("the archive is damaged at byte \(start + position)") }
            let bytes = Int(extra["size"] ?? "") ?? size
            let contents = position + TarWriter.block
            guard bytes >= 0, bytes <= length - contents else { throw Self.cutShort }
            position = contents + (bytes + TarWriter.block - 1) / TarWriter.block * TarWriter.block
            switch header[156] {
            case UInt8(ascii: "x"):
                extra.merge(try pax(at: contents, count: bytes)) { _, new in new }
            case UInt8(ascii: "g"): continue
            case UInt8(ascii: "L"): extra["path"] = try text(at: contents, count: bytes)
            case UInt8(ascii: "K"): extra["linkpath"] = try text(at: contents, count: bytes)
            default:
                let prefix = Self.text(header[257..<263]) == "ustar" ? Self.text(header[345..<500]) : ""
                let name = (prefix.isEmpty ? "" : prefix + "/") + Self.text(header[0..<100])
                try body(
                    Entry(
                        name: extra["GNU.sparse.name"] ?? extra["path"] ?? name, kind: Self.kind(header[156]),
                        target: extra["linkpath"] ?? Self.text(header[157..<257]), bytes: bytes,
                        offset: start + contents))
                extra = [:]
            }
        }
    }

    private static let cutShort = BackupError.message("the archive is cut short")

    private func bytes(at position: Int, count: Int) throws -> Data {
        guard position + count <= length else { throw Self.cutShort }
        try handle.seek(toOffset: UInt64(start + position))
        guard let data = try handle.read(upToCount: count), data.count == count else { throw Self.cutShort }
        return data
    }

    private func text(at position: Int, count: Int) throws -> String {
        guard count <= Self.mostExtra else { throw BackupError.message("the archive has a name of \(count) bytes") }
        return Self.text(ArraySlice([UInt8](try bytes(at: position, count: count))))
    }

    /// Records of the form `<length> <key>=<value>\n`.
    private func pax(at position: Int, count: Int) throws -> [String: String] {
        guard count <= Self.mostExtra else { throw BackupError.message("the archive has a header of \(count) bytes") }
        var rest = [UInt8](try bytes(at: position, count: count))[...]
        var found: [String: String] = [:]
        while let space = rest.firstIndex(of: UInt8(ascii: " ")) {
            guard let size = Int(String(decoding: rest[..<space], as: UTF8.self)), size > space - rest.startIndex,
                size <= rest.count, let equals = rest[space...].firstIndex(of: UInt8(ascii: "="))
            else { throw BackupError.message("the archive is damaged at byte \(start + position)") }
            let record = rest.prefix(size)
            guard equals < record.endIndex else {
                throw BackupError.message("the archive is damaged at byte \(start + position)")
            }
            found[String(decoding: rest[(space + 1)..<equals], as: UTF8.self)] =
                String(decoding: record[(equals + 1)...].dropLast(), as: UTF8.self)
            rest = rest.dropFirst(size)
        }
        return found
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, or big-endian bytes after 0x80.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        if let first = bytes.first, first & 0x80 != 0 {
            guard bytes.dropFirst().dropLast(7).allSatisfy({ $0 == 0 }) else { return nil }
            return bytes.suffix(7).reduce(0) { $0 << 8 | Int($1) }
        }
        let digits = text(bytes).trimmingCharacters(in: .whitespaces)
        return digits.isEmpty ? 0 : Int(digits, radix: 8)
    }

    private static func kind(_ flag: UInt8) -> Entry.Kind {
        switch flag {
        case 0, UInt8(ascii: "0"): .file
        case UInt8(ascii: "1"): .hardLink
        case UInt8(ascii: "2"): .symbolicLink
        case UInt8(ascii: "3"), UInt8(ascii: "4"): .device
        case UInt8(ascii: "5"): .folder
        case UInt8(ascii: "6"): .fifo
        default: .other
        }
    }
}
