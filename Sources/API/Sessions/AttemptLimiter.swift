import Spec
import Synchronization

/// Counts attempts by key: so many at once, and as many more in each minute.
final class AttemptLimiter: Sendable {
    /// Beyond this many keys those that have all their attempts again are forgotten, then all.
    private static let mostKeys = 20_000

    private let clock: any WallClock
    private let buckets = Mutex<[String: TokenBucket]>([:])

    init(clock: any WallClock) { self.clock = clock }

    /// Takes one attempt. nil when it is allowed, else the whole seconds until one is.
    func take(_ key: String, perMinute: Int) -> Int? {
        let now = clock.now()
        return buckets.withLock { buckets in
            if buckets.count >= Self.mostKeys {
                buckets = buckets.filter { !$0.value.isFull(at: now) }
                if buckets.count >= Self.mostKeys { buckets.removeAll() }
            }
            return buckets[key, default: TokenBucket(capacity: perMinute, at: now)].take(perMinute: perMinute, at: now)
        }
    }

    /// Gives one back: it turned out not to be a failure.
    func giveBack(_ key: String) {
        buckets.withLock { $0[key]?.giveBack() }
    }
}

/// Attempts left for one key; refills evenly over a minute.
struct TokenBucket {
    private var tokens: Double
    private var capacity: Double
    private var updated: Timestamp

    init(capacity: Int, at now: Timestamp) {
        tokens = Double(capacity)
        self.capacity = Double(capacity)
        updated = now
    }

    /// nil when there was one to take, else the whole seconds, at least 1, until there is.
    mutating func take(perMinute: Int, at now: Timestamp) -> Int? {
        capacity = Double(perMinute)
        tokens = level(at: now)
        updated = now
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return max(1, Int(((1 - tokens) * 60 / capacity).rounded(.up)))
    }

    mutating func giveBack() { tokens = min(capacity, tokens + 1) }

    func isFull(at now: Timestamp) -> Bool { level(at: now) >= capacity }

    /// A clock that was set back adds nothing.
    private func level(at now: Timestamp) -> Double {
        let minutes = Double(max(0, (now - updated).wholeMilliseconds)) / 60_000
        return min(capacity, tokens + minutes * capacity)
    }
}
