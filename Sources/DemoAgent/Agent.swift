import NIOSSL

/// What all connections share: the settings, and the TLS context when the upstream needs one.
final class Agent: Sendable {
    let settings: Settings
    /// Whole value of the `Authorization` header that is let in.
    let credential: String
    let tls: NIOSSLContext?
    let responses = KeptResponses()

    init(settings: Settings) throws {
        self.settings = settings
        credential = "Bearer \(settings.apiKey)"
        tls = settings.upstream?.isTLS == true ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
    }
}
