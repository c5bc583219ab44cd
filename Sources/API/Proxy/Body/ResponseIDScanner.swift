import NIOCore

/// Finds the id of a response (`"id":"resp_…"`) near the beginning of an answer, JSON or event stream, as it passes.
///
/// No JSON reader, since the answer is not complete: other objects have ids too, but none that begin like this.
struct ResponseIDScanner {
    /// The id stands at the beginning; beyond this it is not looked for.
    private static let farthest = 16 * 1024
    private static let idName = Array(#""id""#.utf8)
    private static let idStart = Array("resp".utf8)

    private var beginning: [UInt8] = []
    private(set) var isDone = false

    /// The id, once it is there whole; asked no more after that.
    mutating func next(_ bytes: ByteBuffer) -> String? {
        beginning += bytes.readableBytesView.prefix(Self.farthest - beginning.count)
        let id = find()
        isDone = id != nil || beginning.count >= Self.farthest
        if isDone { beginning = [] }
        return id
    }

    private func find() -> String? {
        var rest = beginning[...]
        while let name = rest.firstRange(of: Self.idName) {
            rest = rest[name.upperBound...]
            let value = rest.drop { Self.isSpace($0) || $0 == UInt8(ascii: ":") }
            guard value.first == UInt8(ascii: "\""), value.dropFirst().starts(with: Self.idStart) else { continue }
            guard let end = value.dropFirst().firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            return String(validating: value[(value.startIndex + 1)..<end], as: UTF8.self)
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
