import Spec
import Testing

@testable import API

@Suite struct RequestLimiterTests {
    private let clock = TestClock()

    private func caller(_ user: UserID, token: TokenID? = nil) -> Caller {
        let account = Account(id: user, email: "", name: "", slug: "u\(user)", createdAt: .epoch)
        guard let token else {
            let claims = SessionClaims(user: user, epoch: 0, sessionID: "", issuedAt: .epoch, expiresAt: .epoch)
            return Caller(account: account, proof: .session(claims, token: ""))
        }
        return Caller(
            account: account,
            proof: .apiToken(APIToken(id: token, owner: user, name: "", prefix: "", createdAt: .epoch)))
    }

    /// The code of the refusal; nil when it was admitted.
    private func code(_ limiter: RequestLimiter, _ caller: Caller, _ limits: StackSpec.RequestLimits) -> String? {
        do throws(APIFailure) {
            _ = try limiter.admit(caller, limits)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func withoutLimitsNothingIsRemembered() throws {
        let limiter = RequestLimiter(clock: clock)
        #expect(try limiter.admit(caller(1, token: 1), StackSpec.RequestLimits()) == nil)
        #expect(limiter.subjectCount == 0)
    }

    @Test func aUsersSessionsAndTokensCountTogether() {
        let limiter = RequestLimiter(clock: clock)
        let limits = StackSpec.RequestLimits(user: .init(perMinute: 2))
        #expect(code(limiter, caller(1), limits) == nil)
        #expect(code(limiter, caller(1, token: 1), limits) == nil)
        #expect(code(limiter, caller(1, token: 2), limits) == "rate_limit_exceeded")
        #expect(code(limiter, caller(2), limits) == nil)
    }

    @Test func eachTokenCountsByItself() {
        let limiter = RequestLimiter(clock: clock)
        let limits = StackSpec.RequestLimits(token: .init(concurrent: 1))
        #expect(code(limiter, caller(1, token: 1), limits) == nil)
        #expect(code(limiter, caller(1, token: 2), limits) == nil)
        #expect(code(limiter, caller(1, token: 1), limits) == "concurrency_limit_exceeded")
        #expect(code(limiter, caller(1), limits) == nil)
    }

    @Test func theMinuteFillsUpEvenly() {
        let limiter = RequestLimiter(clock: clock)
        let limits = StackSpec.RequestLimits(user: .init(perMinute: 60))
        for _ in 0..<60 { #expect(code(limiter, caller(1), limits) == nil) }
        #expect(code(limiter, caller(1), limits) == "rate_limit_exceeded")
        clock.advance(by: .seconds(1))
        #expect(code(limiter, caller(1), limits) == nil)
        #expect(code(limiter, caller(1), limits) == "rate_limit_exceeded")
    }

    @Test func whatTheUsersLimitRefusesCostsTheTokenNothing() throws {
        let limiter = RequestLimiter(clock: clock)
        let limits = StackSpec.RequestLimits(user: .init(concurrent: 1), token: .init(perMinute: 2, concurrent: 1))
        let other = try #require(try limiter.admit(caller(1), limits))
        for _ in 0..<5 { #expect(code(limiter, caller(1, token: 1), limits) == "concurrency_limit_exceeded") }
        limiter.end(other)
        limiter.end(try #require(try limiter.admit(caller(1, token: 1), limits)))
        #expect(code(limiter, caller(1, token: 1), limits) == nil)
    }

    @Test func whoIsIdleIsForgottenWhenThereAreTooMany() throws {
        let limiter = RequestLimiter(clock: clock, mostSubjects: 10)
        let limits = StackSpec.RequestLimits(user: .init(perMinute: 60, concurrent: 5))
        let busy = try #require(try limiter.admit(caller(1000), limits))
        for user in 0..<500 { limiter.end(try #require(try limiter.admit(caller(UserID(user)), limits))) }
        #expect(limiter.subjectCount <= 10)
        for _ in 0..<4 { #expect(code(limiter, caller(1000), limits) == nil) }
        #expect(code(limiter, caller(1000), limits) == "concurrency_limit_exceeded")
        limiter.end(busy)
    }
}
