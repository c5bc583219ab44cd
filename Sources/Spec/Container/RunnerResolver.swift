/// Builds one runner's spec from the configuration, its account and the effective upstream values.
///
/// Pure; made once per configuration so that what all runners of a backend share is worked out once.
struct RunnerResolver {
    /// What decides a runner's spec besides the configuration. Equal inputs give equal specs.
    struct Inputs: Hashable {
        var account: AccountInputs
        var apiKey: Secret
        var recycles: Int64
        /// In the order of the backend's `user_overridable_env`; nil = unset.
        var upstream: [Secret?]
    }

    struct AccountInputs: Hashable {
        var email: String
        var name: String
    }

    private let stack: StackSpec
    private let seeds: [String: SeedTree]
    private let fingerprints: FingerprintBuilder
    private let processEnvironment: [String: String]
    /// Backend name to the variables that its seed refers to.
    private let references: [String: Set<String>]

    init(configuration: Configuration, processEnvironment: [String: String], fingerprintKey: Secret) {
        stack = configuration.stack
        seeds = configuration.seeds
        fingerprints = FingerprintBuilder(key: fingerprintKey)
        self.processEnvironment = OperatorVariable.templateEnvironment(
            of: processEnvironment, overridable: Set(configuration.backends.flatMap(\.userOverridableEnv))
        )
        references = Dictionary(
            configuration.backends.map { backend in
                let files = backend.seedSubdir.flatMap { configuration.seeds[$0] }?.files ?? []
                let names = files.flatMap { file in
                    Template(contents: file.contents, path: file.path).map { Array($0.references().keys) } ?? []
                }
                return (backend.name, Set(names))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// `limits` are the user's own, where the stack declares them.
    func resolve(account: Account, backend: BackendSpec, limits: Resources?, inputs: Inputs) -> Resolution {
        let pairs = zip(backend.userOverridableEnv, inputs.upstream)
        let missing = pairs.filter { $0.1 == nil }.map(\.0).sorted()
        guard missing.isEmpty else { return .blocked(.missingValues(missing)) }
        let upstream = Dictionary(pairs.compactMap { pair in pair.1.map { (pair.0, $0) } }) { first, _ in first }
        let environment = RunnerEnvironment(
            account: account, backend: backend, apiKey: inputs.apiKey, upstream: upstream
        )
        if let subdir = backend.seedSubdir, seeds[subdir] == nil {
            return .blocked(.seed("the seed \(subdir) cannot be read"))
        }
        let home = home(of: account, backend, environment)
        let templated: [RenderedFile]
        do throws(SeedError) {
            templated = try SeedRenderer.renderTemplated(home)
        } catch {
            return .blocked(.seed("seed \(backend.seedSubdir ?? "")/\(error)"))
        }
        let container = container(backend, limits, environment, home)
        let name = "\(backend.containerPrefix)-\(account.slug)"
        return .runnable(
            RunnerSpec(
                id: RunnerID(user: account.slug, backend: backend.name), containerName: name, container: container,
                home: home, probe: probe(backend), credential: credential(backend, inputs.apiKey),
                pullPolicy: backend.pullPolicy ?? stack.engine.pullPolicy,
                onDigestChange: backend.onDigestChange ?? stack.engine.onDigestChange,
                healthyExitCodes: Set(backend.healthyExitCodes),
                forwardModel: backend.forwardModelEnv.flatMap { upstream[$0]?.reveal() ?? backend.extraEnv[$0] },
                fingerprint: fingerprints.fingerprint(
                    name: name, container: container, home: home, upstream: environment.upstreamNames,
                    templated: templated, recycles: inputs.recycles
                )
            )
        )
    }

    private func home(of account: Account, _ backend: BackendSpec, _ environment: RunnerEnvironment) -> HomeSpec {
        var known = processEnvironment
        for variable in environment.variables { known[variable.name] = variable.value.reveal() }
        let wanted = references[backend.name] ?? []
        return HomeSpec(
            path: "\(stack.paths.usersDirectory)/\(account.slug)/\(backend.homeSubdir)",
            ownerUID: backend.chownUID, ownerGID: backend.chownGID,
            seed: backend.seedSubdir.flatMap { seeds[$0] } ?? SeedTree(), templatedFiles: backend.templatedFiles,
            variables: known.filter { wanted.contains($0.key) }
        )
    }

    private func container(
        _ backend: BackendSpec, _ limits: Resources?, _ environment: RunnerEnvironment, _ home: HomeSpec
    ) -> ContainerSpec {
        let defaults = stack.runners.resources
        return ContainerSpec(
            image: backend.image, command: backend.command, user: backend.user, environment: environment.variables,
            mounts: backend.mountTarget.map { [Mount(source: stack.paths.asSeenByDaemon(home.path), target: $0)] }
                ?? [],
            extraNetworks: backend.extraNetworks, extraHosts: backend.extraHosts, dns: backend.dns,
            port: backend.internalPort,
            resources: Resources(
                memoryBytes: limits?.memoryBytes ?? backend.resources.memoryBytes ?? defaults.memoryBytes,
                cpuMillis: limits?.cpuMillis ?? backend.resources.cpuMillis ?? defaults.cpuMillis,
                pids: limits?.pids ?? backend.resources.pids ?? defaults.pids
            ),
            hardening: backend.hardening ?? stack.runners.hardening, stopGraceSeconds: backend.stopGraceSeconds
        )
    }

    private func probe(_ backend: BackendSpec) -> ProbeSpec {
        ProbeSpec(
            healthPath: backend.healthPath, readyPath: backend.readyPath,
            startupTimeout: backend.startupTimeoutSeconds.map { .seconds($0) } ?? stack.runners.startupTimeout,
            longestPoll: stack.runners.startupPoll
        )
    }

    private func credential(_ backend: BackendSpec, _ apiKey: Secret) -> RunnerCredential {
        let value = backend.apiKeyScheme.isEmpty ? apiKey.reveal() : "\(backend.apiKeyScheme) \(apiKey.reveal())"
        return RunnerCredential(headerName: backend.apiKeyHeader, headerValue: Secret(value))
    }
}
