import Foundation
import HTTPTypes
import Spec
import Store
import Testing

@testable import API

/// `/api/me/tokens`, and what a token is good for on the other routes.
@Suite struct TokenTests {
    private func bearer(_ issued: IssuedToken) -> HTTPFields { [.authorization: "Bearer \(issued.text.reveal())"] }

    @Test func aTokenIsShownOnceAndListedWithoutItsText() async throws {
        try await StoredWorld().run { browser async throws in
            try await browser.signUp()
            let made = try await browser.post(
                "/api/me/tokens", #"{"name":" laptop ","backends":["slow","demo"],"expires_at":1800000060}"#)
            #expect(made.status == 200)
            let text = try #require(made["token"] as? String)
            #expect(text.hasPrefix(try #require(made["prefix"] as? String)))
            #expect(made["name"] as? String == "laptop")
            #expect(made["backends"] as? [String] == ["demo", "slow"])

            let list = try await browser.get("/api/me/tokens")
            #expect(!list.text.contains(text))
            #expect(list["tokens.0.id"] as? Int == made["id"] as? Int)
            #expect(list["tokens.0.created_at"] as? Int == 1_800_000_000)
            #expect(list["tokens.0.expires_at"] as? Int == 1_800_000_060)
            #expect(list["tokens.0.last_used_at"] is NSNull)
        }
    }

    @Test(arguments: [
        (#"{"name":""}"#, 400), (#"{"name":"  "}"#, 400), (#"{}"#, 422), (#"{"name":"t","backends":[]}"#, 400),
        (#"{"name":"t","backends":["nobody"]}"#, 400), (#"{"name":"t","backends":"demo"}"#, 422),
        (#"{"name":"t","expires_at":1800000000}"#, 400), (#"{"name":"t","expires_at":1800000001000}"#, 400),
        (#"{"name":"t","expires_at":-9223372036854775808}"#, 400),
    ])
    func aTokenThatCannotBeMeantIsRefused(form: String, status: Int) async throws {
        try await StoredWorld().run { browser async throws in
            try await browser.signUp()
            #expect(try await browser.post("/api/me/tokens", form).status == status)
            #expect((try await browser.get("/api/me/tokens")["tokens"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func aTokenIsASessionForTheAPI() async throws {
        let world = try StoredWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            let issued = try await world.token(of: browser)
            browser.token = nil
            let headers = bearer(issued)
            for path in ["/auth/me", "/api/backends", "/api/runners", "/v1/models", "/api/me/tokens"] {
                #expect(try await browser.get(path).status == 401, "\(path)")
                let reply = try await browser.get(path, headers: headers)
                #expect(reply.status == 200, "\(path)")
                #expect(reply.headers[.setCookie] == nil, "\(path)")
            }
        }
    }

    @Test func theHeadersTokenWinsOverTheCookieAndTheCookieOverAWrongToken() async throws {
        let world = try StoredWorld()
        try await world.run { browser async throws in
            try await browser.signUp("alice")
            let alices = try await world.token(of: browser)
            try await browser.signUp("bob")
            let me = { headers in try await browser.get("/auth/me", headers: headers)["user.slug"] as? String }
            #expect(try await me(bearer(alices)) == "alice")
            #expect(try await me([.authorization: "Bearer ags_nothing"]) == "bob")
            #expect(try await me([.authorization: "bearer  \(alices.text.reveal()) "]) == "alice")
            browser.token = nil
            #expect(try await me([.authorization: "Bearer ags_nothing"]) == nil)
        }
    }

    @Test func revokingDisablingAndExpiryHoldAtOnce() async throws {
        let world = try StoredWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            let account = try #require(world.store.account(slug: "alice"))
            let revoked = try await world.token(of: browser)
            let expiring = try await world.token(of: browser, expiresAt: world.world.clock.now() + .seconds(1))
            let other = try await world.token(of: browser)
            #expect(try await browser.send(.delete, "/api/me/tokens/\(revoked.token.id)").status == 204)
            #expect(try await browser.send(.delete, "/api/me/tokens/\(revoked.token.id)").status == 404)
            browser.token = nil
            let status = { issued in try await browser.get("/v1/models", headers: bearer(issued)).status }
            #expect(try await status(revoked) == 401)
            #expect(try await status(expiring) == 200)
            world.world.clock.advance(by: .seconds(1))
            #expect(try await status(expiring) == 401)
            #expect(try await status(other) == 200)
            _ = try await world.store.editAccount(account.id, AccountEdit(disabled: true))
            #expect(try await status(other) == 401)
        }
    }

    @Test func nobodyRevokesSomebodyElsesToken() async throws {
        let world = try StoredWorld()
        try await world.run { browser async throws in
            try await browser.signUp("alice")
            let alices = try await world.token(of: browser)
            try await browser.signUp("bob")
            let foreign = try await browser.send(.delete, "/api/me/tokens/\(alices.token.id)")
            let missing = try await browser.send(.delete, "/api/me/tokens/999")
            #expect((foreign.status, foreign.code) == (404, "token_not_found"))
            #expect((missing.status, missing.code) == (404, "token_not_found"))
            #expect(try await browser.send(.delete, "/api/me/tokens/x").status == 404)
            #expect(try await browser.get("/v1/models", headers: bearer(alices)).status == 200)
        }
    }

    @Test func aTokenSurvivesSigningOut() async throws {
        let world = try StoredWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            let issued = try await world.token(of: browser)
            _ = try await browser.post("/auth/logout")
            #expect(try await browser.get("/v1/models", headers: bearer(issued)).status == 200)
        }
    }

    @Test func aTokenDoesNotMakeOrRevokeTokens() async throws {
        let world = try StoredWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            let issued = try await world.token(of: browser)
            let headers = bearer(issued)
            let made = try await browser.post("/api/me/tokens", #"{"name":"more"}"#, headers: headers)
            #expect((made.status, made.code) == (403, "token_not_allowed"))
            let revoked = try await browser.send(.delete, "/api/me/tokens/\(issued.token.id)", headers: headers)
            #expect((revoked.status, revoked.code) == (403, "token_not_allowed"))
        }
    }

    @Test func toATokenOfOneBackendTheOthersDoNotExist() async throws {
        let world = try StoredWorld()
        try await world.run { browser async throws in
            try await browser.signUp()
            let headers = bearer(try await world.token(of: browser, backends: ["slow"]))
            browser.token = nil
            let models = try await browser.get("/v1/models", headers: headers)
            #expect(models["data.0.id"] as? String == "slow")
            #expect(models["data.1"] == nil)
            #expect(try await browser.get("/v1/models/demo", headers: headers).status == 404)
            #expect(try await browser.get("/v1/models/slow", headers: headers).status == 200)
            #expect(try await browser.get("/api/backends", headers: headers)["backends.1"] == nil)
            let foreign = try await browser.post("/api/runners/demo/start", headers: headers)
            let missing = try await browser.post("/api/runners/nobody/start", headers: headers)
            #expect((foreign.status, foreign.code) == (missing.status, missing.code))
            #expect(try await browser.post("/api/runners/d%65mo/start", headers: headers).status == 404)
            #expect(try await browser.post("/api/runners/slow/start", headers: headers).status == 200)
            #expect(try await browser.get("/api/runners", headers: headers)["runners.0.backend"] as? String == "slow")
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "/api/admin/users", false), (.post, "/auth/logout-everywhere", false),
        (.put, "/api/me/password", false), (.patch, "/api/me", false), (.get, "/api/me/tokens", true),
        (.put, "/api/me/env-overrides/KEY", true), (.get, "/api/conversations", true), (.get, "/api/events", true),
        (.get, "/api/something-new", true),
    ])
    func whatATokenReaches(method: HTTPRequest.Method, path: String, whole: Bool) throws {
        let parts = path.split(separator: "/").map(String.init)
        let token = { backends in
            APIToken(id: 1, owner: 1, name: "t", prefix: "ags_", backends: backends, createdAt: .epoch)
        }
        #expect(throws: APIFailure.tokenNotAllowed) { try TokenReach.check(token(["demo"]), method, path: parts) }
        if whole {
            try TokenReach.check(token(nil), method, path: parts)
        } else {
            #expect(throws: APIFailure.tokenNotAllowed) { try TokenReach.check(token(nil), method, path: parts) }
        }
    }
}
