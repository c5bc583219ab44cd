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
        BearerToken.text(in: header).flatMap(token)
    }

    private static func cookies(in header: String) -> [String] {
        header.split(separator: ";").compactMap { pair in
            let pair = pair.drop { $0 == " " || $0 == "\t" }
            guard pair.hasPrefix(cookieName), pair.dropFirst(cookieName.count).first == "=" else { return nil }
            return token(pair.dropFirst(cookieName.count + 1))
        }
    }

    /// The text without spaces around it when it has the shape of a JWT: three parts, of a sane length.
    private static func token(_ text: Substring) -> String? {
        let text = text.drop { $0 == " " }
        let bytes = text.utf8
        guard (5...4096).contains(bytes.count), bytes.count(where: { $0 == UInt8(ascii: ".") }) == 2 else { return nil }
        return String(text.last == " " ? text.prefix { $0 != " " } : text)
    }
}
