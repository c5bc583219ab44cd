/// Where an upstream value comes from, nearest first.
package enum ValueSource: String, Sendable, Codable, CaseIterable {
    /// The user's own for this backend.
    case backend
    /// The user's own for all backends.
    case global
    /// The admin's own global value, shared.
    case shared
    /// `sharedEnv` of `stack.yaml`.
    case stack
    /// The backend's own `extra_env`.
    case backendDefault = "backend_default"
    case unset
}

/// An upstream value and its source. `value` is nil exactly when the source is `unset`.
package struct EffectiveValue: Sendable, Hashable {
    package var source: ValueSource
    package var value: Secret?

    package init(source: ValueSource, value: Secret?) {
        self.source = source
        self.value = value
    }
}

/// Answers which value a variable has for a (user, backend). Empty values count as not set at every tier.
package struct EffectiveValues: Sendable {
    private let stored: StoredValues
    private let stack: [String: Secret]

    package init(stored: StoredValues, sharedEnv: [String: Secret]) {
        self.stored = stored
        stack = sharedEnv
    }

    /// Of one variable that `backend` lists in `user_overridable_env`.
    package func value(of variable: String, user slug: String, backend: BackendSpec) -> EffectiveValue {
        let own = stored.overrides[slug]
        if let value = set(own?[backend.name]?[variable]) { return EffectiveValue(source: .backend, value: value) }
        if let value = set(own?[""]?[variable]) { return EffectiveValue(source: .global, value: value) }
        if stored.shared.contains(variable), let admin = stored.adminSlug,
            let value = set(stored.overrides[admin]?[""]?[variable])
        {
            return EffectiveValue(source: .shared, value: value)
        }
        if let value = set(stack[variable]) { return EffectiveValue(source: .stack, value: value) }
        if let value = backend.extraEnv[variable], !value.isEmpty {
            return EffectiveValue(source: .backendDefault, value: Secret(value))
        }
        return EffectiveValue(source: .unset, value: nil)
    }

    /// Of every variable that `backend` lists, in its order.
    package func values(user slug: String, backend: BackendSpec) -> [(name: String, effective: EffectiveValue)] {
        backend.userOverridableEnv.map { ($0, value(of: $0, user: slug, backend: backend)) }
    }

    private func set(_ value: Secret?) -> Secret? { value?.isEmpty == false ? value : nil }
}
