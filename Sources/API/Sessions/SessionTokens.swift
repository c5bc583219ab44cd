/// The texts in a request that may be session tokens, in the order in which they count: `Authorization`, then cookies.
///
/// Texts that cannot be one of ours (`Bearer sk-…`) are left out, so they cost no verification.
struct SessionTokens: Sequence {
    /// Name of the cookie that carries a session.
    static let cookieName = "agent_stack_session"
    /// A cookie of that name set for another path or domain may come first, so several are looked at.
    private static let mostCookies = 4

    var authorization: String?
    var cookie: String?

    func makeIterator() -> [String].Iterator {
        var tokens: [String] = []
        if let authorization, let token = Self.bearer(authorization) { tokens.append(token) }
        if let cookie { tokens += Self.cookies(in: cookie).prefix(Self.mostCookies) }
        return tokens.makeIterator()
    }

    private static func bearer(_ header: String) -> String? {
        BearerToken.text(in: header).flatMap { token($0.utf8) }
    }

    // Bytes, not characters: finding the borders of characters would cost more than the rest of a warm request's checks.
    private static func cookies(in header: String) -> [String] {
        header.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
            let pair = pair.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard pair.starts(with: cookieName.utf8) else { return nil }
            let rest = pair.dropFirst(cookieName.utf8.count)
            return rest.first == UInt8(ascii: "=") ? token(rest.dropFirst()) : nil
        }
    }

    /// The text without spaces around it when it has the shape of a JWT: three parts, of a sane length.
    private static func token(_ bytes: Substring.UTF8View) -> String? {
        let bytes = bytes.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != UInt8(ascii: " ") }
        guard (5...4096).contains(bytes.count), bytes.count(where: { $0 == UInt8(ascii: ".") }) == 2 else { return nil }
        return String(bytes)
    }
}
