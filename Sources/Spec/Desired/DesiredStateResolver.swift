/// Turns rows into the desired state under one configuration.
///
/// Made anew for each configuration. Remembers each runner's resolution with what it was made from, so that a pass
/// over unchanged rows renders and hashes nothing.
package struct DesiredStateResolver {
    private struct Memo {
        var inputs: RunnerResolver.Inputs
        var resolution: Resolution
    }

    private let configuration: Configuration
    private let revision: Int
    private let backends: [String: BackendSpec]
    private let resolver: RunnerResolver
    private let rules: UserRules
    private var memos: [RunnerID: Memo] = [:]

    /// - Parameters:
    ///   - revision: Counts configurations; goes into ``DesiredState/configRevision``.
    ///   - processEnvironment: For templates; what operatord itself reads is taken out of it here.
    ///   - fingerprintKey: The installation's; see ``FingerprintBuilder``.
    package init(
        configuration: Configuration, revision: Int, processEnvironment: [String: String], fingerprintKey: Secret
    ) {
        self.configuration = configuration
        self.revision = revision
        backends = Dictionary(configuration.backends.map { ($0.name, $0) }) { first, _ in first }
        rules = UserRules(configuration.stack)
        resolver = RunnerResolver(
            configuration: configuration, processEnvironment: processEnvironment, fingerprintKey: fingerprintKey
        )
    }

    /// Every wish whose account exists. A wish without an account is left out, which makes its container an orphan.
    package mutating func resolve(_ stored: StoredState) -> DesiredState {
        let values = EffectiveValues(stored: stored.values, sharedEnv: configuration.stack.sharedEnv)
        let accounts = Dictionary(stored.accounts.map { ($0.slug, $0) }) { first, _ in first }
        var state = DesiredState(configRevision: revision)
        state.runners.reserveCapacity(stored.wishes.count)
        for wish in stored.wishes {
            guard let account = accounts[wish.id.user] else { continue }
            let backend = backends[wish.id.backend].flatMap { $0.disabled ? nil : $0 }
            let idle = backend.map { rules.idleTime(of: account, $0, own: wish.idleSeconds) }
            let isPinned = idle?.origin == .pinned
            state.runners[wish.id] = DesiredRunner(
                id: wish.id, generation: wish.generation, want: want(wish, account: account, idle: idle),
                lastActivity: wish.lastActivity,
                resolution: resolution(wish, account: account, backend: backend, values: values),
                maxRunners: isPinned ? nil : rules.maxRunners(of: account), idle: idle
            )
        }
        if memos.count > state.runners.count { memos = memos.filter { state.runners[$0.key] != nil } }
        return state
    }

    /// Pinned runners that have no row yet and so no API key; sorted. Once their wishes are made they resolve.
    package func missingPinned(in stored: StoredState) -> [RunnerID] {
        let present = Set(stored.wishes.map(\.id))
        let disabled = Set(stored.accounts.filter(\.disabled).map(\.slug))
        return pins(of: stored.accounts).keys
            .filter { id in
                !present.contains(id) && !disabled.contains(id.user) && backends[id.backend]?.disabled == false
            }
            .sorted()
    }

    /// The same rows with the wishes of ``missingPinned(in:)`` in them, as far as they can be known before they are made:
    /// their API keys are empty.
    package func withMissingPinned(_ stored: StoredState, at now: Timestamp) -> StoredState {
        var stored = stored
        stored.wishes += missingPinned(in: stored).map {
            StoredWish(id: $0, generation: 1, lastActivity: now, apiKey: Secret(""))
        }
        return stored
    }

    /// A withdrawn wish stays withdrawn even when pinned: a person's stop holds until the next wish.
    private func want(_ wish: StoredWish, account: Account, idle: IdleTime?) -> Want {
        if account.disabled { return .no(reason: "account disabled", drain: false) }
        if let reason = wish.suspended { return .no(reason: reason, drain: false) }
        if let reason = wish.withdrawn { return .no(reason: reason, drain: false) }
        guard let idle else {
            return .no(reason: "\(BlockReason.backendUnavailable(wish.id.backend))", drain: true)
        }
        return idle.seconds <= 0 ? .always : .whileActive(idle: .seconds(idle.seconds))
    }

    private mutating func resolution(
        _ wish: StoredWish, account: Account, backend: BackendSpec?, values: EffectiveValues
    ) -> Resolution {
        guard let backend else { return .blocked(.backendUnavailable(wish.id.backend)) }
        let inputs = RunnerResolver.Inputs(
            account: .init(email: account.email, name: account.name), apiKey: wish.apiKey,
            recycles: wish.recycles,
            upstream: values.values(user: account.slug, backend: backend).map(\.effective.value)
        )
        if let memo = memos[wish.id], memo.inputs == inputs { return memo.resolution }
        let resolution = resolver.resolve(
            account: account, backend: backend, limits: rules.rule(for: account)?.resources, inputs: inputs)
        memos[wish.id] = Memo(inputs: inputs, resolution: resolution)
        return resolution
    }

    /// By runner. A pin names its user by slug or by e-mail address, compared without case.
    private func pins(of accounts: [Account]) -> [RunnerID: StackSpec.PinnedWish] {
        guard !configuration.stack.pinned.isEmpty else { return [:] }
        var slugs: [String: String] = [:]
        for account in accounts { slugs[account.email.lowercased()] = account.slug }
        for account in accounts { slugs[account.slug] = account.slug }
        let found = configuration.stack.pinned.compactMap { pin in
            slugs[pin.user.lowercased()].map { (RunnerID(user: $0, backend: pin.backend), pin) }
        }
        return Dictionary(found) { first, _ in first }
    }
}
