import Crypto

/// A typed encoding in which different values never have the same bytes: each has a tag and a length.
struct CanonicalEncoding {
    private(set) var bytes: [UInt8] = []

    /// Version `v1` of the encoding; a new tag or another order of parts is a new version.
    private enum Tag: UInt8 {
        case absent = 0, text, number, truth, list, data, secret
    }

    mutating func absent() { bytes.append(Tag.absent.rawValue) }

    mutating func append(_ text: String) { append(.text, Array(text.utf8)) }

    mutating func append(_ data: [UInt8]) { append(.data, data) }

    mutating func append(_ number: Int64) { append(.number, number.bigEndianBytes) }

    mutating func append(_ truth: Bool) { append(.truth, [truth ? 1 : 0]) }

    mutating func append(_ texts: [String]) {
        append(.list, Int64(texts.count).bigEndianBytes)
        for text in texts { append(text) }
    }

    /// The keyed digest of the value stands for it.
    mutating func append(_ secret: Secret, key: FingerprintKey) {
        append(.secret, key.digest(of: Array(secret.reveal().utf8)))
    }

    private mutating func append(_ tag: Tag, _ content: [UInt8]) {
        bytes.append(tag.rawValue)
        bytes += Int64(content.count).bigEndianBytes
        bytes += content
    }
}

/// The installation's key, without which nothing can be learned from a label.
struct FingerprintKey {
    private let key: SymmetricKey

    init(_ secret: Secret) { key = SymmetricKey(data: Array(secret.reveal().utf8)) }

    func digest(of bytes: [UInt8]) -> [UInt8] { Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)) }
}

extension Int64 {
    fileprivate var bigEndianBytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * $0)) }
    }
}

extension [UInt8] {
    /// Lower case.
    var hex: String {
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
