/// Ids that nobody can guess, from the system's generator.
enum RandomID {
    /// Lower-case hex, two digits per byte.
    static func make(bytes: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        var text = ""
        // One call of the system gives sixteen digits.
        for written in stride(from: 0, to: bytes * 2, by: 16) {
            text += hex(generator.next(), digits: min(16, bytes * 2 - written))
        }
        return text
    }

    /// The lowest `digits` hexadecimal digits of a number, 16 at most, with leading zeros.
    static func hex(_ number: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { text in
            for index in 0..<digits {
                let digit = UInt8(truncatingIfNeeded: number >> (4 * UInt64(digits - 1 - index)) & 15)
                text.initializeElement(
                    at: index, to: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
            return digits
        }
    }
}
