/// Lets one through, then none until an interval has passed.
struct Throttle: Sendable {
    let interval: Duration
    private var next: ContinuousClock.Instant?

    init(interval: Duration) { self.interval = interval }

    mutating func allows(at now: ContinuousClock.Instant) -> Bool {
        if let next, now < next { return false }
        next = now + interval
        return true
    }
}
