import Hummingbird
import HummingbirdCore
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle
import Spec
import Testing

@testable import API

/// A server on loopback with the proxy in it, a scripted runner behind it and a gate that the test opens.
struct ProxyFixture: Sendable {
    let port: Int
    let upstream: UpstreamServer
    let gate: GateDouble
    let endpoint: RunnerEndpoint
    /// `alice` with id 7.
    let account: OneAccount
    /// Of a session of the account.
    let token: String
    /// Ends the server as SIGTERM does.
    let shutDown: @Sendable () async -> Void

    func client() async throws -> RawClient { try await RawClient(port: port) }

    /// A chat request as text.
    func chat(
        _ body: String = #"{"model":"demo","messages":[]}"#, headers: [String] = [],
        path: String = "/v1/chat/completions", token: String? = nil
    )
        -> String
    {
        let fixed = [
            "host: localhost", "authorization: Bearer \(token ?? self.token)", "content-length: \(body.utf8.count)",
        ]
        return "POST \(path) HTTP/1.1\r\n" + (fixed + headers).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// A request without a body as text.
    func bare(_ method: String, _ path: String, token: String? = nil) -> String {
        "\(method) \(path) HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer \(token ?? self.token)\r\n\r\n"
    }

    /// Another container of the same runner, at the same address.
    func otherContainer() -> RunnerEndpoint {
        Self.endpoint(port: upstream.port, container: "other", forwardModel: nil)
    }

    static let account = Account(id: 7, email: "alice@example.com", name: "Alice", slug: "alice", createdAt: .epoch)
    static let demo = BackendSpec(name: "demo", image: "demo", internalPort: 8080, extraModels: ["demo-alias"])

    static func endpoint(port: Int, container: String = "one", forwardModel: String?) -> RunnerEndpoint {
        RunnerEndpoint(
            runner: RunnerID(user: "alice", backend: "demo"), container: ContainerID(container), host: "127.0.0.1",
            port: port,
            credential: RunnerCredential(headerName: "Authorization", headerValue: Secret("Bearer runner-key")),
            forwardModel: forwardModel)
    }
}

/// Runs `body` against a server whose runner is ready and does what `script` says. Fails the test when `body` does not
/// end, as when it reads what is never sent.
func withProxy(
    backend: BackendSpec = ProxyFixture.demo, limits: StackSpec.Proxy = StackSpec.Proxy(), forwardModel: String? = nil,
    tokens: any TokenKeeping = NoTokens(), requestLimits: StackSpec.RequestLimits = .init(), corsOrigins: [String] = [],
    poolLimits: UpstreamPool.Limits = .init(),
    sourceLocation: SourceLocation = #_sourceLocation,
    script: @escaping UpstreamServer.Script = { _, reply in try await reply.answer("{}") },
    _ body: @escaping @Sendable (ProxyFixture) async throws -> Void
) async throws {
    try await UpstreamServer.run(script) { upstream in
        let gate = GateDouble()
        let endpoint = ProxyFixture.endpoint(port: upstream.port, forwardModel: forwardModel)
        gate.setReady(endpoint)
        let account = OneAccount()
        let authenticator = await Authenticator(
            secret: Secret("a secret for tests"), accounts: account, tokens: tokens, clock: FixedClock())
        let stack = StackSpec(auth: .init(corsOrigins: corsOrigins), proxy: limits, limits: requestLimits)
        let context = ProxyContext(
            gate: gate, authenticator: authenticator,
            configuration: FixedConfiguration(
                current: Configuration(stack: stack, backends: [backend])),
            limiter: RequestLimiter(clock: FixedClock()),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, poolLimits: poolLimits)
        let token = try await authenticator.issueToken(for: ProxyFixture.account, lasting: .seconds(60))
        let port = Promised<Int>()
        let app = Application(
            router: router(), server: HTTPServerBuilder { ProxyingHTTP1Channel(responder: $0, context: context) },
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.fulfil($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let services = ServiceGroup(
            configuration: .init(services: [app], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let fixture = ProxyFixture(
                port: try await port.value(), upstream: upstream, gate: gate, endpoint: endpoint, account: account,
                token: token,
                shutDown: { await services.triggerGracefulShutdown() })
            do {
                try await within(.seconds(15), sourceLocation: sourceLocation) { try await body(fixture) }
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            while (try? await group.next()) != nil {}
        }
    }
}

/// What is behind the proxy: Hummingbird's handlers.
private func router() -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/healthz") { _, _ in "healthy" }
    router.get("/v1/models") { _, _ in "models" }
    router.post("/api/echo") { request, _ in
        String(buffer: try await request.body.collect(upTo: 1 << 20))
    }
    return router
}

/// Two API tokens of `alice`: `ags_demo` for the backend `demo`, `ags_other` for another one.
struct TwoTokens: TokenKeeping {
    func createToken(_ new: NewToken, owner: UserID) async throws(TokenError) -> IssuedToken { throw .ownerGone }
    func tokens(of owner: UserID) -> [APIToken] { [] }
    func revokeToken(_ id: TokenID, owner: UserID) async throws(TokenError) -> Bool { false }
    func useToken(_ text: Substring) -> APIToken? {
        switch text {
        case "ags_demo": token(1, "demo")
        case "ags_other": token(2, "other")
        default: nil
        }
    }

    private func token(_ id: TokenID, _ backend: String) -> APIToken {
        APIToken(
            id: id, owner: ProxyFixture.account.id, name: backend, prefix: "ags_", backends: [backend],
            createdAt: .epoch)
    }
}

/// The account that every request is of, until a test changes it.
final class OneAccount: AccountKeeping {
    private let kept = NIOLockedValueBox(ProxyFixture.account)

    func change(_ edit: (inout Account) -> Void) { kept.withLockedValue { edit(&$0) } }

    func createAccount(_ new: NewAccount) async throws(AccountError) -> Account { throw .emailTaken }
    func authenticate(email: String, password: String) async throws(AccountError) -> Account? { nil }
    func account(_ id: UserID) -> Account? {
        kept.withLockedValue { account in id == account.id ? account : nil }
    }

    func account(slug: String) -> Account? { nil }
    func revokeSession(_ sessionID: String, expiresAt: Timestamp) async throws(AccountError) {}
    func isSessionRevoked(_ sessionID: String) -> Bool { false }
}

private struct FixedClock: WallClock {
    func now() -> Timestamp { .epoch }
    func sleep(for duration: Duration) async throws {}
}

private struct FixedConfiguration: ConfigurationReading {
    let current: Configuration
    var rejected: ConfigInvalid? { nil }
}
