/// The `x-request-id` of a request: the client's own when it is sane, else a new one.
package enum RequestID {
    /// `incoming` is kept when it is 1 to 128 characters of `A-Z a-z 0-9 . _ : -`, which no log or header can be
    /// broken with.
    package static func accepting(_ incoming: String?) -> String {
        guard let incoming, (1...128).contains(incoming.utf8.count), incoming.utf8.allSatisfy(isSane) else {
            return "req_" + RandomID.make(bytes: 12)
        }
        return incoming
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
