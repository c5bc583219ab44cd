import Spec

/// Cuts a byte stream into lines, wherever its pieces are cut.
struct LineSplitter: Sendable {
    /// Longer than any line the daemon writes; beyond it the stream is not what was asked for.
    static let maxLineBytes = 1 << 20

    private var pending: [UInt8] = []

    /// The lines that end within `piece`, without line ends; empty ones left out.
    mutating func take(_ piece: some Sequence<UInt8>) throws(EngineError) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in piece {
            if byte == UInt8(ascii: "\n") {
                if let line = rest { lines.append(line) }
                pending = []
            } else {
                pending.append(byte)
            }
        }
        guard pending.count <= Self.maxLineBytes else {
            throw .malformed("a line of more than \(Self.maxLineBytes) bytes")
        }
        return lines
    }

    /// What came after the last line end; nil when nothing did.
    var rest: [UInt8]? {
        let line = pending.last == UInt8(ascii: "\r") ? Array(pending.dropLast()) : pending
        return line.isEmpty ? nil : line
    }
}
