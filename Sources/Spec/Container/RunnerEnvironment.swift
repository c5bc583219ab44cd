/// The environment of one runner's container, by where each variable comes from.
struct RunnerEnvironment {
    /// Variables that tell the agent whose it is.
    static let identityNames: Set<String> = ["AGENT_USER_ID", "AGENT_USER_EMAIL", "AGENT_USER_NAME"]

    /// Sorted by name. An upstream value replaces `extra_env`'s.
    let variables: [EnvironmentVariable]
    /// Names of the upstream values among them.
    let upstreamNames: Set<String>

    /// `upstream` holds exactly the variables that the backend lists and that have a value.
    init(account: Account, backend: BackendSpec, apiKey: Secret, upstream: [String: Secret]) {
        var values = backend.extraEnv.mapValues(EnvironmentVariable.Value.plain)
        values["AGENT_USER_ID"] = .plain(String(account.id))
        values["AGENT_USER_EMAIL"] = .plain(account.email)
        values["AGENT_USER_NAME"] = .plain(account.name)
        for (name, value) in upstream { values[name] = .secret(value) }
        if let name = backend.apiKeyEnv { values[name] = .secret(apiKey) }
        variables = values.map { EnvironmentVariable($0.key, $0.value) }.sorted { $0.name < $1.name }
        upstreamNames = Set(upstream.keys)
    }

    /// Names that any runner of `backend` has, for checks without a user.
    static func names(of backend: BackendSpec) -> Set<String> {
        identityNames.union(backend.extraEnv.keys).union(backend.userOverridableEnv)
            .union(backend.apiKeyEnv.map { [$0] } ?? [])
    }
}
