/// The credential of an `Authorization: Bearer …` header.
enum BearerToken {
    /// What API tokens begin with.
    private static let apiTokenPrefix = "ags_"
    private static let scheme = "bearer "

    /// Without spaces around it; nil for another scheme.
    static func text(in header: String) -> Substring? {
        guard header.utf8.count > scheme.utf8.count, HeaderName.hasPrefix(header, "bearer ") else { return nil }
        let bytes = header.utf8.dropFirst(scheme.utf8.count).drop { $0 == UInt8(ascii: " ") }
        return Substring(bytes.last == UInt8(ascii: " ") ? bytes.prefix { $0 != UInt8(ascii: " ") } : bytes)
    }

    /// nil unless it has the shape of an API token: a session's token, or the `sk-…` of another service, costs no look-up.
    static func apiToken(in header: String) -> Substring? {
        guard let text = text(in: header), text.utf8.starts(with: apiTokenPrefix.utf8), text.utf8.count <= 64 else {
            return nil
        }
        return text
    }
}
