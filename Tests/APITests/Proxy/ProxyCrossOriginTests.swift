import HTTPTypes
import NIOHTTP1
import Spec
import Testing

@testable import API

/// Pages of other sites: never with a cookie, with an API token where the configuration names their origin.
@Suite(.timeLimit(.minutes(1)))
struct ProxyCrossOriginTests {
    private static let site = "https://chat.example.org"

    private struct Case: Sendable {
        var allowed = [site]
        var origin: String? = site
        var token: String? = "ags_demo"
        var status = 200
        var readableBy: String?
    }

    @Test(arguments: [
        Case(readableBy: site), Case(token: "ags_wrong", status: 401, readableBy: site),
        Case(origin: "https://evil.example"), Case(allowed: []), Case(origin: nil), Case(token: nil),
    ])
    private func anAnswerIsReadableByTheSitesThatAreNamed(_ the: Case) async throws {
        try await withProxy(
            tokens: TwoTokens(), corsOrigins: the.allowed,
            script: { _, reply in
                try await reply.answer(
                    "{}",
                    headers: ["access-control-allow-origin": "*", "Access-Control-Allow-Credentials": "true"])
            }
        ) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(headers: the.origin.map { ["origin: \($0)"] } ?? [], token: the.token))
            let response = try await client.response()
            #expect(response.status == the.status)
            #expect(response.headers["access-control-allow-origin"] == the.readableBy)
            #expect(response.headers["access-control-allow-credentials"] == nil)
            #expect(response.headers["vary"] == (the.readableBy == nil ? nil : "Origin"))
        }
    }

    @Test func theAPIAnswersAPreflightWithoutASession() async throws {
        let world = try StoredWorld()
        world.world.configuration.edit { $0.stack.auth.corsOrigins = [Self.site] }
        try await world.run { browser async throws in
            for path in ["/v1/chat/completions", "/v1/models", "/api/runners", "/api/runners/demo/idle"] {
                let reply = try await browser.send(
                    .options, path,
                    headers: [
                        .origin: Self.site, .accessControlRequestMethod: "PUT",
                        .accessControlRequestHeaders: "authorization, content-type",
                    ])
                #expect(reply.status == 204, "\(path)")
                #expect(reply.headers[.accessControlAllowOrigin] == Self.site, "\(path)")
                #expect(reply.headers[.accessControlAllowMethods] == "PUT", "\(path)")
                #expect(reply.headers[.accessControlAllowHeaders] == "authorization, content-type", "\(path)")
                #expect(reply.headers[.accessControlAllowCredentials] == nil, "\(path)")
            }
        }
    }

    @Test(arguments: [
        ("/v1/models", "https://evil.example"), ("/v1/models", "null"), ("/auth/login", Self.site), ("/", Self.site),
        ("/healthz", Self.site),
    ])
    func otherPreflightsAllowNothing(path: String, origin: String) async throws {
        let world = try StoredWorld()
        world.world.configuration.edit { $0.stack.auth.corsOrigins = [Self.site] }
        try await world.run { browser async throws in
            let reply = try await browser.send(
                .options, path, headers: [.origin: origin, .accessControlRequestMethod: "POST"])
            #expect(reply.status >= 400)
            #expect(reply.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func theAPIsAnswersAreReadableWithATokenAndNotWithACookie() async throws {
        let world = try StoredWorld()
        world.world.configuration.edit { $0.stack.auth.corsOrigins = [Self.site] }
        try await world.run { browser async throws in
            try await browser.signUp()
            let text = try await world.token(of: browser).text.reveal()
            let withCookie = try await browser.get("/api/runners", headers: [.origin: Self.site])
            #expect(withCookie.headers[.accessControlAllowOrigin] == nil)
            browser.token = nil
            for (token, status) in [(text, 200), ("ags_wrong", 401)] {
                let reply = try await browser.get(
                    "/api/runners", headers: [.origin: Self.site, .authorization: "Bearer \(token)"])
                #expect(reply.status == status)
                #expect(reply.headers[.accessControlAllowOrigin] == Self.site)
                #expect(reply.headers[.accessControlAllowCredentials] == nil)
            }
            let changed = try await browser.post(
                "/api/runners/demo/start", headers: [.origin: Self.site, .authorization: "Bearer \(text)"])
            #expect(changed.status == 200)
        }
    }
}
