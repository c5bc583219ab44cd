import Spec

extension DesiredRunner {
    /// When the idle time ends if nothing happens; nil while a lease holds the runner or when it never ends.
    ///
    /// Set in the future also when the clock was set back behind the last activity: idle time is never negative.
    func expiry(after idle: Duration, _ activity: Activity) -> Timestamp? {
        guard activity.leases == 0, idle > .zero else { return nil }
        return max(lastActivity, activity.lastActivity) + idle
    }
}

extension RunnerCase {
    func expiry(after idle: Duration) -> Timestamp? { runner.expiry(after: idle, activity) }

    func isOver(_ idle: Duration) -> Bool {
        guard let expiry = expiry(after: idle) else { return false }
        return expiry <= now
    }
}

extension Duration {
    /// For people: whole seconds, rounded down.
    var seconds: Int64 { components.seconds }
}
