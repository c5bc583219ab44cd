/// Ids that nobody can guess, from the system's generator.
enum RandomID {
    /// Lower-case hex, two digits per byte.
    static func make(bytes: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<bytes).flatMap { _ in hex(UInt8.random(in: .min ... .max, using: &generator)) })
    }

    private static func hex(_ byte: UInt8) -> [Character] {
        let digits = Array("0123456789abcdef")
        return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
