import NIOHTTP1

/// What a request proves its sender with, and what it is told when that is not enough.
struct ClientCredentials: Sendable {
    let authorization: String?
    /// nil also when a browser sent it on behalf of another site's page, which a cookie alone does not prove against.
    let cookie: String?
    let refusal: APIFailure

    /// The only header that proves anything; nil when there is none, or when both are there and their order counts.
    var single: String? {
        switch (authorization, cookie) {
        case (let header?, nil), (nil, let header?): header
        default: nil
        }
    }

    init(_ headers: HTTPHeaders) {
        authorization = headers.first(name: "authorization")
        let cookies = headers["cookie"]
        guard let first = cookies.first else {
            cookie = nil
            refusal = .signedOut
            return
        }
        let isForeign = OriginPolicy.isForeign(
            origin: headers.first(name: "origin"), secFetchSite: headers.first(name: "sec-fetch-site"),
            host: headers.first(name: "host"))
        refusal = isForeign ? .foreignOrigin : .signedOut
        cookie = isForeign ? nil : cookies.count == 1 ? first : cookies.joined(separator: "; ")
    }
}

/// The session that a connection's last request proved, and the header that it did so with. A client sends the same header
/// over and over: comparing it costs a tenth of reading it.
struct ProvenSession {
    let header: String
    let session: Session

    /// nil when it takes more than the one header, or an API token, to know who it is.
    init?(_ proof: ClientCredentials, _ caller: Caller) {
        guard let header = proof.single, let session = caller.session else { return nil }
        self.header = header
        self.session = session
    }
}
