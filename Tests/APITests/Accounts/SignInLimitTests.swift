import HTTPTypes
import Spec
import Testing

@Suite struct SignInLimitTests {
    private let wrong = #"{"email":"alice@example.com","password":"incorrect"}"#

    @Test func anAddressHasSoManyAttemptsAMinuteAndIsToldWhenToComeBack() async throws {
        let world = World(auth: { $0.attemptsPerMinute = 3 })
        try await world.run { browser async throws in
            for _ in 1...3 { #expect(try await browser.post("/auth/login", wrong).status == 401) }
            let refused = try await browser.post("/auth/login", wrong)
            #expect(refused.status == 429)
            #expect(refused.code == "too_many_attempts")
            #expect(refused.headers[.retryAfter] == "20")
            world.clock.advance(by: .seconds(20))
            #expect(try await browser.post("/auth/login", wrong).status == 401)
            #expect(try await browser.post("/auth/login", wrong).status == 429)
        }
    }

    @Test func signUpCountsTooAndAnotherAccountDoesNotHelp() async throws {
        try await World(auth: { $0.attemptsPerMinute = 2 }).run { browser async throws in
            try await browser.signUp("alice")
            try await browser.signUp("bob")
            let third = try await browser.post("/auth/signup", #"{"email":"c@example.com","password":"correct horse"}"#)
            #expect(third.status == 429)
        }
    }

    @Test func zeroTurnsItOff() async throws {
        try await World(auth: { $0.attemptsPerMinute = 0 }).run { browser async throws in
            for _ in 1...100 { #expect(try await browser.post("/auth/login", wrong).status == 401) }
        }
    }

    @Test func aRequestThatIsNoSignInCostsNoAttempt() async throws {
        try await World(auth: { $0.attemptsPerMinute = 1 }).run { browser async throws in
            for _ in 1...5 { #expect(try await browser.post("/auth/login", "{}").status == 422) }
            #expect(try await browser.post("/auth/login", wrong).status == 401)
        }
    }
}
