import Foundation
import HTTPTypes
import Spec
import Testing

@Suite struct AccountTests {
    @Test func signUpAnswersTheUserAndSignsIn() async throws {
        try await World().run { browser async throws in
            let reply = try await browser.post(
                "/auth/signup", #"{"email":"alice@example.com","password":"correct horse","name":" Alice "}"#)
            #expect(reply.status == 200)
            #expect(reply["user.email"] as? String == "alice@example.com")
            #expect(reply["user.name"] as? String == "Alice")
            #expect(reply["user.slug"] as? String == "alice")
            #expect(reply["user.role"] as? String == "user")
            #expect(reply["user.id"] as? Int == 1)
            let me = try await browser.get("/auth/me")
            #expect(me["user.email"] as? String == "alice@example.com")
        }
    }

    @Test func theCookieIsForThisSiteOnlyAndOutOfReachOfScripts() async throws {
        try await World().run { browser async throws in
            let cookie = try #require(try await browser.signUp().headers[.setCookie])
            #expect(cookie.hasPrefix("agent_stack_session="))
            for attribute in ["; Path=/", "; Max-Age=604800", "; HttpOnly", "; SameSite=Lax"] {
                #expect(cookie.contains(attribute))
            }
            #expect(!cookie.contains("Secure"))
        }
    }

    @Test func theCookieIsSecureWhenConfigured() async throws {
        try await World(auth: { $0.cookieSecure = true }).run { browser async throws in
            #expect(try await browser.signUp().headers[.setCookie]?.hasSuffix("; Secure") == true)
        }
    }

    @Test(arguments: [
        (#"{"email":"nobody","password":"correct horse"}"#, 400, "email_invalid"),
        (#"{"email":"a@example.com","password":"short"}"#, 400, "password_length"),
        (#"{"email":"ALICE@example.com","password":"correct horse"}"#, 409, "email_taken"),
        (#"{"email":"a@example.com"}"#, 422, "invalid_request"),
        (#"{"email":7,"password":"correct horse"}"#, 422, "invalid_request"),
        (#"{"email":null,"password":"correct horse"}"#, 422, "invalid_request"),
        (#"["email"]"#, 400, "invalid_json"),
        (#"{"email":"#, 400, "invalid_json"),
    ])
    func signUpRefusesWhatIsWrongByName(body: String, status: Int, code: String) async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.post("/auth/signup", body)
            #expect(reply.status == status)
            #expect(reply.code == code)
        }
    }

    @Test func passwordsUpToThousandTwentyFourCharactersAreUsedWhole() async throws {
        try await World().run { browser async throws in
            let long = String(repeating: "é", count: 1023)
            let created = try await browser.post("/auth/signup", #"{"email":"a@example.com","password":"\#(long)x"}"#)
            #expect(created.status == 200)
            let wrong = try await browser.post("/auth/login", #"{"email":"a@example.com","password":"\#(long)y"}"#)
            #expect(wrong.status == 401)
            let right = try await browser.post("/auth/login", #"{"email":"a@example.com","password":"\#(long)x"}"#)
            #expect(right.status == 200)
            let over = try await browser.post("/auth/signup", #"{"email":"b@example.com","password":"\#(long)xx"}"#)
            #expect(over.status == 400)
        }
    }

    @Test func aClosedSignUpIsRefused() async throws {
        try await World(auth: { $0.allowSignup = false }).run { browser async throws in
            let reply = try await browser.post("/auth/signup", #"{"email":"a@example.com","password":"correct horse"}"#)
            #expect(reply.status == 403)
            #expect(reply.code == "signup_disabled")
        }
    }

    @Test(arguments: [(nil, 403), ("wrong", 403), ("friends", 200)])
    func anInviteCodeIsAskedFor(invite: String?, status: Int) async throws {
        try await World(auth: { $0.inviteCode = Secret("friends") }).run { browser async throws in
            let field = invite.map { #","invite_code":"\#($0)""# } ?? ""
            let reply = try await browser.post(
                "/auth/signup", #"{"email":"a@example.com","password":"correct horse"\#(field)}"#)
            #expect(reply.status == status)
        }
    }

    @Test func aWrongPasswordAndAnUnknownAddressAnswerTheSame() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let wrong = try await browser.post("/auth/login", #"{"email":"alice@example.com","password":"incorrect"}"#)
            let unknown = try await browser.post("/auth/login", #"{"email":"bob@example.com","password":"incorrect"}"#)
            #expect(wrong.status == 401)
            #expect(unknown.status == 401)
            #expect(wrong["detail"] as? String == unknown["detail"] as? String)
            #expect(wrong.code == unknown.code)
        }
    }

    @Test func aDatabaseThatIsAwayIsAServiceUnavailable() async throws {
        let world = World()
        try await world.run { browser async throws in
            world.accounts.setAway(true)
            let reply = try await browser.post("/auth/login", #"{"email":"a@example.com","password":"incorrect"}"#)
            #expect(reply.status == 503)
            #expect(reply.code == "store_unavailable")
            #expect(!reply.text.contains("disk I/O"))
        }
    }
}
