/// Header names compared without case and without allocation.
enum HeaderName {
    /// `lowercase` is lower-case ASCII.
    static func equals(_ name: String, _ lowercase: StaticString) -> Bool {
        let utf8 = name.utf8
        guard utf8.count == lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { expected in
            var index = 0
            for byte in utf8 {
                if lowercased(byte) != expected[index] { return false }
                index += 1
            }
            return true
        }
    }

    static func equals(_ left: String, _ right: some StringProtocol) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var rest = right.utf8.makeIterator()
        for byte in left.utf8 {
            guard let other = rest.next(), lowercased(byte) == lowercased(other) else { return false }
        }
        return true
    }

    static func hasPrefix(_ name: String, _ lowercase: StaticString) -> Bool {
        let count = lowercase.utf8CodeUnitCount
        guard name.utf8.count >= count else { return false }
        return lowercase.withUTF8Buffer { expected in
            zip(name.utf8, expected).allSatisfy { lowercased($0) == $1 }
        }
    }

    /// Whether it concerns one connection only, as RFC 9110 §7.6.1 lists them.
    static func isHopByHop(_ name: String) -> Bool {
        switch name.utf8.count {
        case 2: equals(name, "te")
        case 7: equals(name, "trailer") || equals(name, "upgrade")
        case 10: equals(name, "connection") || equals(name, "keep-alive")
        case 16: equals(name, "proxy-connection")
        case 17: equals(name, "transfer-encoding")
        case 18: equals(name, "proxy-authenticate")
        case 19: equals(name, "proxy-authorization")
        default: false
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
