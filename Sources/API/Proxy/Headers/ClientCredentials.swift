import NIOHTTP1

/// What a request proves its sender with, and what it is told when that is not enough.
struct ClientCredentials: Sendable {
    let authorization: String?
    /// nil also when a browser sent it on behalf of another site's page, which a cookie alone does not prove against.
    let cookie: String?
    let refusal: APIFailure

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
