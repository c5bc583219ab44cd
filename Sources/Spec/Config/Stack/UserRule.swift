/// What the stack declares about one user. It wins over backends, defaults and the user's own settings.
package struct UserRule: Sendable, Hashable {
    /// Slug or e-mail address.
    package var user: String
    /// Runners at a time; 0 = no limit, nil = not declared.
    package var maxRunners: Int?
    /// 0 = never, nil = not declared.
    package var idleSeconds: Int?
    /// Of each of the user's containers; nil where not declared.
    package var resources: Resources

    package init(
        user: String, maxRunners: Int? = nil, idleSeconds: Int? = nil, resources: Resources = Resources()
    ) {
        self.user = user
        self.maxRunners = maxRunners
        self.idleSeconds = idleSeconds
        self.resources = resources
    }
}

/// How long a runner may be idle, and who says so.
package struct IdleTime: Sendable, Hashable {
    package enum Origin: String, Sendable, Codable, CaseIterable {
        /// `pinned` and `users` in `stack.yaml`.
        case pinned, users
        /// The user's own setting.
        case own
        /// `default_idle_seconds` of the backend, `runners.idle` of the stack.
        case backend, stack
    }

    /// 0 = never.
    package var seconds: Int
    package var origin: Origin
    /// The user's own setting that does not count, because `stack.yaml` declares another.
    package var overruled: Int?

    package init(seconds: Int, origin: Origin, overruled: Int? = nil) {
        self.seconds = seconds
        self.origin = origin
        self.overruled = overruled
    }

    /// Whether `stack.yaml` says so for this user.
    package var isDeclared: Bool { origin == .pinned || origin == .users }
}

/// What the stack declares about users, found by slug or e-mail address, compared without case; a slug comes first.
package struct UserRules: Sendable {
    private let stack: StackSpec
    private let rules: [String: UserRule]
    private let pins: [String: [String: StackSpec.PinnedWish]]

    package init(_ stack: StackSpec) {
        self.stack = stack
        rules = Dictionary(stack.users.map { ($0.user.lowercased(), $0) }) { first, _ in first }
        var pins: [String: [String: StackSpec.PinnedWish]] = [:]
        for pin in stack.pinned where pins[pin.user.lowercased()]?[pin.backend] == nil {
            pins[pin.user.lowercased(), default: [:]][pin.backend] = pin
        }
        self.pins = pins
    }

    package func rule(for account: Account) -> UserRule? {
        rules.isEmpty ? nil : rules[account.slug] ?? rules[account.email.lowercased()]
    }

    package func pin(of account: Account, _ backend: String) -> StackSpec.PinnedWish? {
        pins.isEmpty ? nil : pins[account.slug]?[backend] ?? pins[account.email.lowercased()]?[backend]
    }

    /// nil = no limit.
    package func maxRunners(of account: Account) -> Int? {
        let limit = rule(for: account)?.maxRunners ?? stack.runners.maxRunners
        return limit > 0 ? limit : nil
    }

    /// `own` is the user's setting for this backend.
    package func idleTime(of account: Account, _ backend: BackendSpec, own: Int?) -> IdleTime {
        func declared(_ seconds: Int, _ origin: IdleTime.Origin) -> IdleTime {
            IdleTime(seconds: max(0, seconds), origin: origin, overruled: own == seconds ? nil : own)
        }
        if let pin = pin(of: account, backend.name) {
            return declared(pin.ttl?.roundedSeconds ?? 0, .pinned)
        }
        if let seconds = rule(for: account)?.idleSeconds { return declared(seconds, .users) }
        if let own { return IdleTime(seconds: max(0, own), origin: .own) }
        if let seconds = backend.defaultIdleSeconds { return IdleTime(seconds: max(0, seconds), origin: .backend) }
        return IdleTime(seconds: max(0, stack.runners.idleSeconds), origin: .stack)
    }
}
