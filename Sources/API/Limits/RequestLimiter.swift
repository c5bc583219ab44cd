import Spec
import Synchronization

/// Counts the requests of each user and each API token that are limited, `/v1` requests and runs together: those in
/// flight, and those of the last minute.
///
/// Costs two comparisons while no limit is set.
final class RequestLimiter: Sendable {
    /// What was counted for one request, to be given to ``end(_:)`` when it is over.
    struct Admission: Sendable {
        fileprivate var user: UserID?
        fileprivate var token: TokenID?
    }

    private enum Subject: Hashable {
        case user(UserID)
        case token(TokenID)
    }

    private let clock: any WallClock
    private let mostSubjects: Int
    private let counts = Mutex<[Subject: RequestCount]>([:])

    /// - Parameter mostSubjects: With more users and tokens those that have nothing in flight and nothing to wait for are
    ///   forgotten; when that is not enough, all that have nothing in flight.
    init(clock: any WallClock, mostSubjects: Int = 20_000) {
        self.clock = clock
        self.mostSubjects = mostSubjects
    }

    /// How many users and tokens are remembered.
    var subjectCount: Int { counts.withLock { $0.count } }

    /// Counts one request. nil when nothing limits the caller; throws a 429 that names the limit, counting nothing.
    func admit(_ caller: Caller, _ limits: StackSpec.RequestLimits) throws(APIFailure) -> Admission? {
        let token = limits.token.isOff ? nil : caller.apiToken?.id
        let user = limits.user.isOff ? nil : caller.account.id
        guard token != nil || user != nil else { return nil }
        let now = clock.now()
        let refusal = counts.withLock { counts -> APIFailure? in
            if counts.count >= mostSubjects { Self.forget(&counts, at: now, downTo: mostSubjects) }
            if let token,
                let refusal = counts[.token(token), default: RequestCount()].take(
                    of: "API token", limits.token, at: now)
            {
                return refusal
            }
            guard let user,
                let refusal = counts[.user(user), default: RequestCount()].take(of: "user", limits.user, at: now)
            else { return nil }
            if let token { counts[.token(token)]?.giveBack() }
            return refusal
        }
        if let refusal { throw refusal }
        return Admission(user: user, token: token)
    }

    /// The request is over, however it ended.
    func end(_ admission: Admission) {
        counts.withLock { counts in
            if let token = admission.token { counts[.token(token)]?.inFlight -= 1 }
            if let user = admission.user { counts[.user(user)]?.inFlight -= 1 }
        }
    }

    private static func forget(_ counts: inout [Subject: RequestCount], at now: Timestamp, downTo most: Int) {
        counts = counts.filter { !$0.value.isIdle(at: now) }
        if counts.count >= most { counts = counts.filter { $0.value.inFlight > 0 } }
    }
}

/// The requests of one user or API token.
private struct RequestCount {
    var inFlight = 0
    private var bucket: TokenBucket?

    /// Counts one more; a 429 instead when there are as many as `limit` allows.
    mutating func take(of whom: String, _ limit: StackSpec.RequestLimit, at now: Timestamp) -> APIFailure? {
        if limit.concurrent > 0, inFlight >= limit.concurrent { return .tooManyAtOnce(whom, limit.concurrent) }
        if limit.perMinute > 0 {
            var bucket = bucket ?? TokenBucket(capacity: limit.perMinute, at: now)
            let wait = bucket.take(perMinute: limit.perMinute, at: now)
            self.bucket = bucket
            if let wait { return .tooManyAMinute(whom, limit.perMinute, retryAfterSeconds: wait) }
        }
        inFlight += 1
        return nil
    }

    mutating func giveBack() {
        inFlight -= 1
        bucket?.giveBack()
    }

    /// Whether forgetting it changes nothing.
    func isIdle(at now: Timestamp) -> Bool { inFlight == 0 && bucket?.isFull(at: now) ?? true }
}

extension APIFailure {
    fileprivate static func tooManyAtOnce(_ whom: String, _ limit: Int) -> APIFailure {
        APIFailure(
            status: 429, code: "concurrency_limit_exceeded",
            message: "This \(whom) may have \(limit) requests at a time; try again when one is over.",
            retryAfterSeconds: 1)
    }

    fileprivate static func tooManyAMinute(_ whom: String, _ limit: Int, retryAfterSeconds seconds: Int) -> APIFailure {
        APIFailure(
            status: 429, code: "rate_limit_exceeded",
            message: "This \(whom) may send \(limit) requests a minute; try again in \(seconds) seconds.",
            retryAfterSeconds: seconds)
    }
}
