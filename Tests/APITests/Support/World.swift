import API
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Spec
import Synchronization
import Testing

/// The API with doubles of the other rooms, and a client of it.
struct World: Sendable {
    let clock = TestClock()
    let accounts = MemoryAccounts()
    let configuration: MemoryConfiguration
    let runners: MemoryRunners
    let storeIsHealthy = SharedFlag(true)
    private let pageRoot: String?

    init(pageRoot: String? = nil, auth: (inout StackSpec.Auth) -> Void = { _ in }) {
        var stack = StackSpec()
        stack.auth.jwtSecret = Secret("test secret of the API tests, 48 characters long")
        auth(&stack.auth)
        configuration = MemoryConfiguration(
            Configuration(
                stack: stack,
                backends: [
                    BackendSpec(
                        name: "demo", displayName: "Demo", image: "demo:1", internalPort: 80,
                        extraModels: ["demo/echo", "parrot"], extraEnv: ["KEY": "hidden"],
                        userOverridableEnv: ["LLM_API_KEY"]),
                    BackendSpec(name: "slow", image: "slow:1", internalPort: 80, defaultIdleSeconds: 120),
                    BackendSpec(name: "gone", image: "gone:1", internalPort: 80, disabled: true),
                ]))
        runners = MemoryRunners(clock: clock)
        self.pageRoot = pageRoot
    }

    var dependencies: APIDependencies {
        APIDependencies(
            configuration: configuration, accounts: accounts, tokens: NoTokens(), administration: NoAdministration(),
            removal: NoAdministration(), editing: runners,
            values: NoValues(), history: runners, logs: runners, conversations: NoConversations(),
            runKeeping: NoRuns(), gate: runners, status: runners,
            starting: runners, images: runners, plan: NoPlanning(), actions: .none, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            version: "1.2.3",
            pageRoot: pageRoot, metricsText: { "operatord_up 1\n" },
            storeHealthy: { [storeIsHealthy] in storeIsHealthy.value })
    }

    /// Runs `body` with a client of the router, without a network.
    func run(_ body: @Sendable (Browser) async throws -> Void) async throws {
        try await dependencies.run(body)
    }
}

extension APIDependencies {
    /// Runs `body` with a client of the router, without a network.
    func run(_ body: @Sendable (Browser) async throws -> Void) async throws {
        let authenticator = await Authenticator(
            secret: configuration.current.stack.auth.jwtSecret, accounts: accounts, tokens: tokens, clock: clock)
        let router = try makeRouter(self, authenticator: authenticator)
        try await Application(router: router, logger: logger).test(.router) { client in
            try await body(Browser(client: client))
        }
    }
}

/// A client that keeps its session cookie.
final class Browser: Sendable {
    let client: any TestClientProtocol
    private let jar = Mutex<String?>(nil)

    init(client: any TestClientProtocol) { self.client = client }

    /// The session token; nil when signed out.
    var token: String? {
        get { jar.withLock { $0 } }
        set { jar.withLock { $0 = newValue } }
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Reply {
        try await send(.get, path, headers: headers)
    }

    @discardableResult
    func post(_ path: String, _ json: String = "", headers: HTTPFields = [:]) async throws -> Reply {
        try await send(.post, path, json, headers: headers)
    }

    @discardableResult
    func send(_ method: HTTPRequest.Method, _ path: String, _ json: String = "", headers: HTTPFields = [:]) async throws
        -> Reply
    {
        var headers = headers
        if !json.isEmpty, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        if let token, headers[.cookie] == nil { headers[.cookie] = "agent_stack_session=\(token)" }
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: json.isEmpty ? nil : ByteBuffer(string: json))
        if let cookie = response.headers[.setCookie], let value = cookie.split(separator: ";").first {
            let text = String(value.dropFirst("agent_stack_session=".count))
            token = text.isEmpty ? nil : text
        }
        return Reply(response: response)
    }

    /// Signs up, which signs in too.
    @discardableResult
    func signUp(_ name: String = "alice") async throws -> Reply {
        let reply = try await post("/auth/signup", #"{"email":"\#(name)@example.com","password":"correct horse"}"#)
        try #require(reply.status == 200)
        return reply
    }
}

/// An answer whose JSON can be looked into.
struct Reply: Sendable {
    let response: TestResponse

    var status: Int { response.status.code }
    var headers: HTTPFields { response.headers }
    var text: String { String(buffer: response.body) }
    var code: String? { self["code"] as? String }

    /// A value by its path, `runners.0.phase`; nil when there is none, `NSNull` when it is null.
    subscript(path: String) -> Any? {
        var value = try? JSONSerialization.jsonObject(with: Data(response.body.readableBytesView))
        for key in path.split(separator: ".") {
            if let index = Int(key), let array = value as? [Any] {
                value = array.indices.contains(index) ? array[index] : nil
            } else {
                value = (value as? [String: Any])?[String(key)]
            }
        }
        return value
    }
}

/// A Boolean that tests switch.
final class SharedFlag: Sendable {
    private let flag: Mutex<Bool>

    init(_ value: Bool) { flag = Mutex(value) }

    var value: Bool {
        get { flag.withLock { $0 } }
        set { flag.withLock { $0 = newValue } }
    }
}

/// A text that one closure leaves for another.
final class SharedText: Sendable {
    private let text = Mutex<String?>(nil)

    var value: String? {
        get { text.withLock { $0 } }
        set { text.withLock { $0 = newValue } }
    }
}
