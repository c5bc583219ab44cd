import API
import Foundation
import HTTPTypes
import Spec
import Store
import Testing

/// Two backends with upstream values, the real store, and runners that are what a test says.
struct ValueWorld {
    let stored: StoredWorld
    var store: Store { stored.store }

    init() throws {
        stored = try StoredWorld()
        stored.world.configuration.edit { configuration in
            configuration.backends = [
                BackendSpec(
                    name: "one", image: "one:1", internalPort: 80, extraEnv: ["LLM_MODEL": "default-model"],
                    userOverridableEnv: ["LLM_API_KEY", "LLM_MODEL"]),
                BackendSpec(
                    name: "two", image: "two:1", internalPort: 80, userOverridableEnv: ["LLM_BASE_URL", "LLM_API_KEY"]),
                BackendSpec(name: "plain", image: "plain:1", internalPort: 80),
            ]
            configuration.stack.sharedEnv = ["LLM_BASE_URL": Secret("https://stack.example/v1")]
        }
    }

    func run(_ body: @Sendable (Browser) async throws -> Void) async throws { try await stored.run(body) }

    /// A runner that is wished for and in this phase.
    func runner(_ id: String, _ phase: RunnerPhase = .ready, container: String? = "c1") async throws {
        let id = try #require(RunnerID(id))
        try await store.wish(id, retry: false)
        stored.world.runners.set(
            RunnerStatus(id: id, phase: phase, containerID: container.map { ContainerID($0) }))
    }
}

extension Browser {
    /// A second client of the same server, signed up as somebody else.
    func another(_ name: String) async throws -> Browser {
        let browser = Browser(client: client)
        try await browser.signUp(name)
        return browser
    }

    /// The admin, made when there is none.
    func admin(of store: Store) async throws -> Browser {
        if store.account(slug: "root") == nil {
            _ = try await store.createAccount(
                NewAccount(
                    email: "root@example.com", password: Secret("correct horse"), name: "root", role: .admin))
        }
        let browser = Browser(client: client)
        let reply = try await browser.post(
            "/auth/login", #"{"email":"root@example.com","password":"correct horse"}"#)
        try #require(reply.status == 200)
        return browser
    }

    func put(_ variable: String, _ value: String, backend: String? = nil) async throws -> Reply {
        var form = ["value": value]
        form["backend"] = backend
        let json = String(decoding: try JSONEncoder().encode(form), as: UTF8.self)
        return try await send(.put, "/api/me/env-overrides/\(variable)", json)
    }

    func share(_ variable: String, _ shared: Bool = true) async throws -> Reply {
        try await send(.put, "/api/admin/shared-env/\(variable)", #"{"shared":\#(shared)}"#)
    }

    func source(_ variable: String, _ backend: String) async throws -> String? {
        try await get("/api/me/env-overrides")["effective.\(backend).\(variable).source"] as? String
    }
}
