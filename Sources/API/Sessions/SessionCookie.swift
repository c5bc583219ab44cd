import Spec

/// The `Set-Cookie` that carries a session to a browser.
struct SessionCookie: Sendable {
    /// Sent over TLS only.
    var isSecure: Bool
    var ttl: Duration

    func carrying(_ token: String) -> String { header(value: token, maxAge: ttl.components.seconds) }

    /// Takes it away from the browser.
    var removal: String { header(value: "", maxAge: 0) }

    private func header(value: String, maxAge: Int64) -> String {
        "\(SessionTokens.cookieName)=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax"
            + (isSecure ? "; Secure" : "")
    }
}
