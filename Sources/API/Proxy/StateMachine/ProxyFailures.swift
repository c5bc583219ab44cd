extension APIFailure {
    /// The runner could not be connected to; the request was not sent.
    static let upstreamUnreachable = APIFailure(
        status: 502, code: "upstream_unreachable", message: "The runner did not accept the connection.")

    /// The request may have been carried out, so it is not sent again.
    static let upstreamClosed = APIFailure(
        status: 502, code: "upstream_closed", message: "The runner closed the connection before it answered.")

    static let upstreamMalformed = APIFailure(
        status: 502, code: "upstream_malformed", message: "The runner's answer is not HTTP.")

    static let upstreamConnectTimeout = APIFailure(
        status: 504, code: "upstream_connect_timeout", message: "The runner did not accept the connection in time.")

    static let upstreamTimeout = APIFailure(
        status: 504, code: "upstream_timeout", message: "The runner did not answer in time.")

    static let requestMalformed = APIFailure(status: 400, code: "invalid_http", message: "The request is not HTTP.")

    static let requestTimeout = APIFailure(
        status: 408, code: "request_timeout", message: "The rest of the request did not come in time.")

    /// The stream is open, but the runner answered with something else.
    static func upstreamRefused(status: Int) -> APIFailure {
        APIFailure(
            status: status >= 400 ? status : 502, code: "upstream_error",
            message: "The runner answered with status \(status).")
    }
}
