/// Ids that nobody can guess, from the system's generator.
enum RandomID {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Lower-case hex, two digits per byte.
    static func make(bytes: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(unsafeUninitializedCapacity: bytes * 2) { text in
            var random: UInt64 = 0
            for index in 0..<bytes * 2 {
                // One call of the system gives sixteen digits.
                if index % 16 == 0 { random = generator.next() }
                text.initializeElement(at: index, to: digits[Int(random & 15)])
                random >>= 4
            }
            return bytes * 2
        }
    }
}
