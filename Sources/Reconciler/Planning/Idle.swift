import Spec

extension RunnerCase {
    private var lastActivity: Timestamp { max(runner.lastActivity, activity.lastActivity) }

    /// When the idle time ends if nothing happens; nil while a lease holds the runner or when it never ends.
    ///
    /// Set in the future also when the clock was set back behind the last activity: idle time is never negative.
    func expiry(after idle: Duration) -> Timestamp? {
        guard activity.leases == 0, idle > .zero else { return nil }
        return lastActivity + idle
    }

    func isOver(_ idle: Duration) -> Bool {
        guard let expiry = expiry(after: idle) else { return false }
        return expiry <= now
    }
}

extension Duration {
    /// For people: whole seconds, rounded down.
    var seconds: Int64 { components.seconds }
}
