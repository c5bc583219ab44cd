import Spec

/// Takes the daemon's log stream apart: frames of an 8-byte head (stream, three zeros, big-endian length) and text.
///
/// A line may come in several frames and a frame in several pieces. Lines are in the order in which they ended.
struct LogFrames: Sendable {
    /// A longer line is cut here; it is a dump, not a message.
    static let maxLineBytes = 16 << 10

    private let limit: Int
    private var lines: [String] = []
    private var head: [UInt8] = []
    private var stream: UInt8 = 0
    private var remaining = 0
    private var pending: [UInt8: [UInt8]] = [:]

    /// Keeps the last `limit` lines.
    init(keeping limit: Int) { self.limit = limit }

    mutating func take(_ piece: some Sequence<UInt8>) throws(EngineError) {
        for byte in piece {
            if remaining > 0 {
                remaining -= 1
                takeText(byte)
            } else {
                head.append(byte)
                if head.count == 8 { try openFrame() }
            }
        }
    }

    /// The whole lines since the last call.
    mutating func drain() -> [String] {
        defer { lines = [] }
        return lines
    }

    /// All lines; a last one without a line end counts.
    mutating func finish() -> [String] {
        for stream in pending.keys.sorted() where pending[stream]?.isEmpty == false { endLine(of: stream) }
        return lines
    }

    private mutating func openFrame() throws(EngineError) {
        guard head[0] <= 2, head[1...3].allSatisfy({ $0 == 0 }) else {
            throw .malformed("the log has no frame where one should begin")
        }
        stream = head[0]
        remaining = head[4...].reduce(0) { $0 << 8 | Int($1) }
        head = []
    }

    private mutating func takeText(_ byte: UInt8) {
        if byte == UInt8(ascii: "\n") {
            endLine(of: stream)
        } else if pending[stream, default: []].count < Self.maxLineBytes {
            pending[stream, default: []].append(byte)
        }
    }

    private mutating func endLine(of stream: UInt8) {
        var line = pending[stream] ?? []
        pending[stream] = []
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        lines.append(String(decoding: line, as: UTF8.self))
        if lines.count > limit { lines.removeFirst(lines.count - limit) }
    }
}
