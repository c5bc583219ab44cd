import Spec

/// One request to the daemon: method, path below the version, query and JSON body.
struct Call: Sendable {
    enum Method: String, Sendable { case get = "GET", post = "POST", delete = "DELETE" }

    let method: Method
    /// Starts with a slash; already percent-encoded, see ``path(_:)``.
    let path: String
    let query: [(name: String, value: String)]
    let body: [UInt8]?
    /// Value of `X-Registry-Auth`.
    let registryAuth: Secret?

    init(
        _ method: Method, _ path: String, query: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        registryAuth: Secret? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.registryAuth = registryAuth
    }

    /// `POST /containers/create`, for logs and errors: without query and body, which may hold secrets.
    var name: String { "\(method.rawValue) \(path)" }

    var pathAndQuery: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.name)=\($0.value.percentEncoded())" }.joined(separator: "&")
    }

    /// Joins path segments with slashes. A slash inside a segment stays, as image references need it.
    static func path(_ segments: String...) -> String {
        segments.map { "/" + $0.percentEncoded(keeping: "/") }.joined()
    }
}

extension String {
    /// RFC 3986: everything but unreserved characters and `keeping` becomes `%XX`.
    func percentEncoded(keeping: String = "") -> String {
        let kept = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8).union(keeping.utf8)
        return utf8.reduce(into: "") { text, byte in
            if kept.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
