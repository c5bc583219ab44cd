/// Cuts an event stream into its events, however its bytes arrive.
///
/// Follows the WHATWG's rules: lines end with LF, CR or CRLF, the `data` lines of one event are joined by LF, a line
/// that begins with a colon is a comment, and one space behind a field's colon is no part of the value. Unlike a
/// browser it also gives an event that the stream ended behind without an empty line.
struct EventStreamReader {
    struct Event: Equatable {
        /// nil when the stream gave none, which means `message`.
        var type: String?
        var data: [UInt8]
    }

    /// An event, or one line of it, has more bytes than are kept.
    struct TooLong: Error, Equatable {}

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private let longest: Int
    private var line: [UInt8] = []
    private var type: String?
    private var data: [UInt8]?
    private var lastWasCarriageReturn = false
    private var isFirstLine = true

    /// `longest` is the limit of one event's bytes.
    init(longest: Int) { self.longest = longest }

    /// The events that these bytes complete, in order.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            let follows = lastWasCarriageReturn
            lastWasCarriageReturn = byte == UInt8(ascii: "\r")
            switch byte {
            case UInt8(ascii: "\n") where follows: break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if let event = endLine() { events.append(event) }
            default:
                guard line.count + (data?.count ?? 0) < longest else { throw TooLong() }
                line.append(byte)
            }
        }
        return events
    }

    /// The event that the stream's end completes, if there is one.
    mutating func finish() -> Event? {
        if !line.isEmpty { _ = endLine() }
        return endEvent()
    }

    private mutating func endLine() -> Event? {
        defer {
            line.removeAll(keepingCapacity: true)
            isFirstLine = false
        }
        var text = line[...]
        if isFirstLine, text.starts(with: Self.byteOrderMark) { text = text.dropFirst(Self.byteOrderMark.count) }
        if text.isEmpty { return endEvent() }
        take(text)
        return nil
    }

    private mutating func take(_ text: ArraySlice<UInt8>) {
        let name = text.prefix { $0 != UInt8(ascii: ":") }
        var value = text.dropFirst(name.count + 1)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if name.elementsEqual("data".utf8) {
            if data != nil { data?.append(UInt8(ascii: "\n")) }
            data = (data ?? []) + value
        } else if name.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        }
    }

    private mutating func endEvent() -> Event? {
        defer { (type, data) = (nil, nil) }
        return data.map { Event(type: type, data: $0) }
    }
}
