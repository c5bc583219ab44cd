import Spec

/// Limits of sign-in and sign-up: all attempts of an address, and the failures of an account.
///
/// An account allows twice what an address does, so that one address alone cannot lock somebody out.
struct SignInLimits: Sendable {
    private let limiter: AttemptLimiter

    init(clock: any WallClock) { limiter = AttemptLimiter(clock: clock) }

    /// Runs `attempt`, which gives nil when it failed. Throws a 429 instead of running it when there were too many.
    func limiting<Value>(
        address: IPAddress?, email: String, perMinute: Int, _ attempt: () async throws -> Value?
    ) async throws -> Value? {
        guard perMinute > 0 else { return try await attempt() }
        try take("address \(Self.network(of: address))", perMinute: perMinute)
        let account = "account \(email.lowercased())"
        try take(account, perMinute: perMinute * 2)
        let value = try await attempt()
        if value != nil { limiter.giveBack(account) }
        return value
    }

    private func take(_ key: String, perMinute: Int) throws {
        guard let seconds = limiter.take(key, perMinute: perMinute) else { return }
        throw APIFailure(
            status: 429, code: "too_many_attempts", message: "Too many attempts; try again in \(seconds) seconds.",
            retryAfterSeconds: seconds)
    }

    /// An IPv6 customer has a whole /64, so that counts as one address.
    private static func network(of address: IPAddress?) -> String {
        guard let address else { return "local" }
        return address.bytes.count == 16 ? "\(address.bytes.prefix(8))" : address.description
    }
}
