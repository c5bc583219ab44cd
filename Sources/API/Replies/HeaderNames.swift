package import HTTPTypes

extension HTTPField.Name {
    /// Names that HTTPTypes does not have; each literal is a valid token.
    package static let requestID = HTTPField.Name("x-request-id")!
    package static let secFetchSite = HTTPField.Name("sec-fetch-site")!
    static let forwardedFor = HTTPField.Name("x-forwarded-for")!
    static let nextCursor = HTTPField.Name("x-next")!
    static let prefer = HTTPField.Name("prefer")!
    static let referrerPolicy = HTTPField.Name("referrer-policy")!
    static let frameOptions = HTTPField.Name("x-frame-options")!
    static let resourcePolicy = HTTPField.Name("cross-origin-resource-policy")!
    static let lastEventID = HTTPField.Name("last-event-id")!
    static let accelBuffering = HTTPField.Name("x-accel-buffering")!
}
