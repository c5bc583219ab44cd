import API
import Foundation
import HTTPTypes
import Spec
import Testing

@Suite struct SessionTests {
    @Test(arguments: ["/auth/me", "/api/backends", "/api/runners", "/v1/models"])
    func withoutASessionIs401(path: String) async throws {
        try await World().run { browser async throws in
            #expect(try await browser.get(path).status == 401)
            browser.token = "a.b.c"
            #expect(try await browser.get(path).status == 401)
        }
    }

    @Test func aSessionTokenIsAcceptedAsBearer() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let token = try #require(browser.token)
            browser.token = nil
            #expect(try await browser.get("/api/backends", headers: [.authorization: "Bearer \(token)"]).status == 200)
            #expect(try await browser.get("/v1/models", headers: [.authorization: "bearer \(token)"]).status == 200)
        }
    }

    @Test func theHeaderCountsBeforeTheCookie() async throws {
        try await World().run { browser async throws in
            try await browser.signUp("alice")
            let alice = try #require(browser.token)
            try await browser.signUp("bob")
            let me = try await browser.get("/auth/me", headers: [.authorization: "Bearer \(alice)"])
            #expect(me["user.slug"] as? String == "alice")
        }
    }

    @Test(arguments: ["Bearer sk-not-ours", "Bearer a.b.c", "Basic YTpi", "Bearer ", "nonsense"])
    func aCookieCountsWhenTheHeaderIsNoSessionOfOurs(header: String) async throws {
        try await World().run { browser async throws in
            try await browser.signUp("alice")
            let me = try await browser.get("/auth/me", headers: [.authorization: header])
            #expect(me["user.slug"] as? String == "alice")
        }
    }

    @Test func aForgedCookieBeforeTheRealOneDoesNotHideIt() async throws {
        try await World().run { browser async throws in
            try await browser.signUp("alice")
            let token = try #require(browser.token)
            let cookie = "other=1; agent_stack_session=x.y.z; agent_stack_session=\(token)"
            #expect(try await browser.get("/auth/me", headers: [.cookie: cookie]).status == 200)
        }
    }

    @Test func signingOutEndsThatSessionOnTheServerToo() async throws {
        try await World().run { browser async throws in
            try await browser.signUp("alice")
            let first = try #require(browser.token)
            _ = try await browser.post("/auth/login", #"{"email":"alice@example.com","password":"correct horse"}"#)
            let second = try #require(browser.token)
            let reply = try await browser.post("/auth/logout")
            #expect(reply.status == 200)
            #expect(reply["ok"] as? Bool == true)
            #expect(reply.headers[.setCookie]?.contains("Max-Age=0") == true)
            #expect(try await browser.get("/auth/me", headers: [.authorization: "Bearer \(second)"]).status == 401)
            #expect(try await browser.get("/auth/me", headers: [.authorization: "Bearer \(first)"]).status == 200)
        }
    }

    @Test func signingOutWithoutASessionIsFine() async throws {
        try await World().run { browser async throws in
            #expect(try await browser.post("/auth/logout").status == 200)
        }
    }

    @Test func aNewEpochOrADisabledAccountEndsItsSessionsAtOnce() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            #expect(try await browser.get("/auth/me").status == 200)
            world.accounts.change(1) { $0.disabled = true }
            #expect(try await browser.get("/auth/me").status == 401)
            world.accounts.change(1) { $0.disabled = false }
            #expect(try await browser.get("/auth/me").status == 200)
            world.accounts.change(1) { $0.sessionEpoch += 1 }
            #expect(try await browser.get("/auth/me").status == 401)
        }
    }

    @Test func aSessionExpires() async throws {
        let world = World(auth: { $0.sessionTTL = .seconds(3600) })
        try await world.run { browser async throws in
            try await browser.signUp()
            world.clock.advance(by: .seconds(3601))
            #expect(try await browser.get("/auth/me").status == 401)
        }
    }

    @Test func aCookiePastHalfItsLifeIsRenewedAndSigningOutEndsBoth() async throws {
        let world = World(auth: { $0.sessionTTL = .seconds(3600) })
        try await world.run { browser async throws in
            try await browser.signUp()
            let first = try #require(browser.token)
            world.clock.advance(by: .seconds(1700))
            #expect(try await browser.get("/auth/me").headers[.setCookie] == nil)
            world.clock.advance(by: .seconds(200))
            let renewal = try await browser.get("/api/backends")
            #expect(renewal.headers[.setCookie]?.contains("Max-Age=3600") == true)
            let second = try #require(browser.token)
            #expect(second != first)
            world.clock.advance(by: .seconds(100))
            #expect(try await browser.get("/auth/me").status == 200)
            _ = try await browser.post("/auth/logout")
            #expect(try await browser.get("/auth/me", headers: [.authorization: "Bearer \(first)"]).status == 401)
            #expect(try await browser.get("/auth/me", headers: [.authorization: "Bearer \(second)"]).status == 401)
            // The id is remembered as long as any renewal could live.
            let until = try #require(world.accounts.revocations.values.first)
            #expect(until >= world.clock.now() + .seconds(3600))
        }
    }

    @Test func aTokenOfAnotherSecretIsWorthNothing() async throws {
        let other = World(auth: { $0.jwtSecret = Secret("another secret of the API tests, 48 characters") })
        let token = SharedText()
        try await other.run { browser async throws in
            try await browser.signUp()
            token.value = browser.token
        }
        try await World().run { browser async throws in
            try await browser.signUp()
            browser.token = token.value
            #expect(try await browser.get("/auth/me").status == 401)
        }
    }

    @Test func theHotPathKnowsATokenOnceItWasVerified() async throws {
        let world = World()
        let authenticator = await Authenticator(
            secret: world.configuration.current.stack.auth.jwtSecret, accounts: world.accounts, tokens: NoTokens(),
            clock: world.clock)
        let token = SharedText()
        try await world.run { browser async throws in
            try await browser.signUp()
            token.value = browser.token
        }
        let header = "Bearer \(try #require(token.value))"
        #expect(authenticator.cachedCaller(authorization: nil, cookie: nil) == .nobody)
        #expect(authenticator.cachedCaller(authorization: "Bearer sk-1", cookie: nil) == .nobody)
        #expect(authenticator.cachedCaller(authorization: header, cookie: nil) == .undecided)
        let caller = try #require(await authenticator.caller(authorization: header, cookie: nil))
        #expect(authenticator.cachedCaller(authorization: header, cookie: nil) == .caller(caller))
        world.accounts.change(caller.account.id) { $0.sessionEpoch += 1 }
        #expect(authenticator.cachedCaller(authorization: header, cookie: nil) == .nobody)
    }
}
