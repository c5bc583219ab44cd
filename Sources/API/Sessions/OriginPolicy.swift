/// Whether a browser sent a request on behalf of another site's page.
package enum OriginPolicy {
    /// Checks the headers that a page cannot forge. No `Origin` at all is fine: that is no browser.
    ///
    /// - Parameters:
    ///   - host: the request's own authority, `example.com:18080`.
    ///   - secFetchSite: `same-origin` settles it, also behind a proxy that changes `Host`.
    package static func isForeign(origin: String?, secFetchSite: String?, host: String?) -> Bool {
        switch secFetchSite?.lowercased() {
        case "same-origin", "none": return false
        case "cross-site": return true
        default: break
        }
        guard let origin else { return false }
        guard let host, let authority = authority(ofOrigin: origin) else { return true }
        return authority != withoutDefaultPort(host.lowercased())
    }

    /// `example.com` of `https://example.com:443`; nil for `null` and anything that is no web origin.
    private static func authority(ofOrigin origin: String) -> String? {
        let origin = origin.lowercased()
        for scheme in ["https://", "http://"] where origin.hasPrefix(scheme) {
            return withoutDefaultPort(String(origin.dropFirst(scheme.count)))
        }
        return nil
    }

    /// TLS may end in front of this server, so the two default ports count as one.
    private static func withoutDefaultPort(_ authority: String) -> String {
        for suffix in [":80", ":443"] where authority.hasSuffix(suffix) {
            return String(authority.dropLast(suffix.count))
        }
        return authority
    }
}
