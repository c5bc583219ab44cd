import NIOCore

/// The newest events of one user, numbered from 1 without gaps, within a bound of count and bytes.
struct EventRing {
    /// `<boot>-<number>`. Ids of another boot mean nothing to this process.
    struct ID: Equatable, CustomStringConvertible {
        var boot: String
        var number: Int

        init(boot: String, number: Int) {
            self.boot = boot
            self.number = number
        }

        /// nil when the text is no id.
        init?(_ text: String) {
            guard let dash = text.lastIndex(of: "-"), let number = Int(text[text.index(after: dash)...]), number >= 0
            else { return nil }
            self.init(boot: String(text[..<dash]), number: number)
        }

        var description: String { "\(boot)-\(number)" }
    }

    /// The newest event's number; 0 before the first.
    private(set) var newest = 0
    private let boot: String
    private let limits: EventLimits
    private var frames = CircularBuffer<ByteBuffer>()
    private var bytes = 0

    init(boot: String, limits: EventLimits) {
        self.boot = boot
        self.limits = limits
    }

    /// Events up to this number are gone.
    var forgotten: Int { newest - frames.count }

    /// `json` is one line.
    mutating func append(_ kind: EventKind, json: [UInt8]) {
        newest += 1
        let frame = ByteBuffer(event: kind, id: ID(boot: boot, number: newest), json: json)
        frames.append(frame)
        bytes += frame.readableBytes
        while frames.count > limits.count || bytes > limits.bytes { bytes -= frames.removeFirst().readableBytes }
    }

    /// The events after `number`, as many as make about 64 KiB, with the number of the last of them. Empty when there
    /// are none; nil when some of them are gone.
    func frames(after number: Int) -> (frames: ByteBuffer, last: Int)? {
        guard (forgotten...newest).contains(number) else { return nil }
        var (batch, last) = (ByteBuffer(), number)
        while last < newest, batch.readableBytes < 64 << 10 {
            batch.writeImmutableBuffer(frames[frames.index(frames.startIndex, offsetBy: last - forgotten)])
            last += 1
        }
        return (batch, last)
    }

    /// From now on every id given so far is too old. Numbers go on, so that none is given twice.
    mutating func forgetAll() {
        newest += 1
        frames = CircularBuffer()
        bytes = 0
    }
}

/// Bounds of what is kept for one user.
struct EventLimits {
    /// Events that a client may have missed and still get.
    var count = 1024
    var bytes = 1 << 20
    /// Connections at once; one more ends the oldest.
    var subscribers = 8
}

extension ByteBuffer {
    /// One server-sent event; `json` is one line.
    init(event kind: EventKind, id: EventRing.ID, json: [UInt8]) {
        self.init(string: "id: \(id)\nevent: \(kind.rawValue)\ndata: ")
        writeBytes(json)
        writeStaticString("\n\n")
    }
}
