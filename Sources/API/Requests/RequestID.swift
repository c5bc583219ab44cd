import Synchronization

/// The `x-request-id` of a request: the client's own when it is sane, else a new one.
///
/// A new one is `req_`, ten random hexadecimal digits of this process's and fourteen that count: it is unlike every
/// other, but can be guessed.
package enum RequestID {
    private static let process = "req_" + RandomID.make(bytes: 5)
    private static let made = Atomic<UInt64>(0)

    /// `incoming` is kept when it is 1 to 128 characters of `A-Z a-z 0-9 . _ : -`, which no log or header can be
    /// broken with.
    package static func accepting(_ incoming: String?) -> String {
        guard let incoming, (1...128).contains(incoming.utf8.count), incoming.utf8.allSatisfy(isSane) else {
            return next()
        }
        return incoming
    }

    private static func next() -> String {
        process + RandomID.hex(made.wrappingAdd(1, ordering: .relaxed).newValue, digits: 14)
    }

    private static func isSane(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
