/// One edit of an upstream value as its transaction saw it, from which follows which runners it concerns.
package struct ValuesChange: Sendable, Hashable {
    package var variable: String
    /// The rows of `variable` just before the edit and just after it, nothing in between.
    package var before: StoredValues
    package var after: StoredValues
    /// Runners that are wanted and whose value may come from the edited row.
    package var wished: [RunnerID]

    package init(variable: String, before: StoredValues, after: StoredValues, wished: [RunnerID]) {
        self.variable = variable
        self.before = before
        self.after = after
        self.wished = wished
    }

    /// Whether what the admin shares with everybody differs.
    package var concernsEverybody: Bool { before.shared(variable) != after.shared(variable) }

    /// The wished-for runners whose effective value differs, which is what recreates a container. Another source with
    /// the same value is no difference.
    package func concerned(under configuration: Configuration) -> Set<RunnerID> {
        let earlier = EffectiveValues(stored: before, sharedEnv: configuration.stack.sharedEnv)
        let later = EffectiveValues(stored: after, sharedEnv: configuration.stack.sharedEnv)
        let listing = configuration.backends.filter { !$0.disabled && $0.userOverridableEnv.contains(variable) }
        let backends = Dictionary(listing.map { ($0.name, $0) }) { first, _ in first }
        return Set(
            wished.filter { id in
                guard let backend = backends[id.backend] else { return false }
                return earlier.value(of: variable, user: id.user, backend: backend).value
                    != later.value(of: variable, user: id.user, backend: backend).value
            }
        )
    }
}

extension StoredValues {
    /// What everybody gets of the variable unless they have something nearer; nil when it is not shared.
    fileprivate func shared(_ variable: String) -> Secret? {
        guard shared.contains(variable), let adminSlug else { return nil }
        return overrides[adminSlug]?[""]?[variable] ?? Secret("")
    }
}
