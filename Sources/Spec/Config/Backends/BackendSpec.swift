/// One entry of `backends.json`: a kind of agent that users can have a runner of.
///
/// Field names in the file are the snake-case forms; see `docs/configuration.md` for each with its default.
package struct BackendSpec: Sendable, Hashable {
    /// Canonical model id, `[a-z0-9][a-z0-9._-]*`.
    package var name: String
    package var displayName: String
    package var image: String
    /// nil = the stack's.
    package var pullPolicy: PullPolicy?
    /// nil = the stack's.
    package var onDigestChange: OnDigestChange?
    /// Container names are `<container_prefix>-<slug>`.
    package var containerPrefix: String
    package var internalPort: UInt16
    package var healthPath: String?
    package var readyPath: String?
    /// Further model ids routed to this backend, never sent upstream.
    package var extraModels: [String]
    /// Variable through which the container gets the runner's API key.
    package var apiKeyEnv: String?
    package var apiKeyHeader: String
    /// Put before the key, with a space, when not empty.
    package var apiKeyScheme: String
    /// Folder under `seeds/`; nil for a backend whose home starts empty.
    package var seedSubdir: String?
    /// Folder of the home under `users/<slug>/`; the seed document's examples use the backend's name.
    package var homeSubdir: String
    /// Where the home is mounted in the container; nil means that the backend has none.
    package var mountTarget: String?
    package var extraEnv: [String: String]
    package var userOverridableEnv: [String]
    package var templatedFiles: [String]
    package var command: [String]
    package var user: String?
    package var chownUID: UInt32?
    package var chownGID: UInt32?
    package var extraHosts: [String: String]
    package var extraNetworks: [String]
    package var dns: [String]
    /// Seconds without activity before the runner is stopped; 0 = never; nil = the stack's default.
    package var defaultIdleSeconds: Int?
    /// Request header that gets the conversation's session id, `X-Hermes-Session-Id`.
    package var sessionHeader: String?
    /// Top-level body field that gets it instead, `session_id`.
    package var sessionField: String?
    package var history: HistoryMode
    /// Variable whose effective value replaces `model` in the forwarded body.
    package var forwardModelEnv: String?
    /// Response header that marks a failed turn when its value is `false`, `X-Hermes-Completed`.
    package var failureHeader: String?
    package var stopGraceSeconds: Int
    package var healthyExitCodes: [Int]
    /// nil = the stack's `BACKEND_STARTUP_TIMEOUT`.
    package var startupTimeoutSeconds: Int?
    /// nil fields take the stack's runner defaults.
    package var resources: Resources
    /// nil takes the stack's runner default.
    package var hardening: Hardening?
    /// Known but not offered: no new runner is started, existing ones drain.
    package var disabled: Bool

    package init(
        name: String, displayName: String? = nil, image: String, pullPolicy: PullPolicy? = nil,
        onDigestChange: OnDigestChange? = nil, containerPrefix: String? = nil, internalPort: UInt16,
        healthPath: String? = nil, readyPath: String? = nil, extraModels: [String] = [], apiKeyEnv: String? = nil,
        apiKeyHeader: String = "Authorization", apiKeyScheme: String = "Bearer", seedSubdir: String? = nil,
        homeSubdir: String? = nil, mountTarget: String? = nil, extraEnv: [String: String] = [:],
        userOverridableEnv: [String] = [], templatedFiles: [String] = [], command: [String] = [], user: String? = nil,
        chownUID: UInt32? = nil, chownGID: UInt32? = nil, extraHosts: [String: String] = [:],
        extraNetworks: [String] = [], dns: [String] = [], defaultIdleSeconds: Int? = nil, sessionHeader: String? = nil,
        sessionField: String? = nil, history: HistoryMode = .full, forwardModelEnv: String? = nil,
        failureHeader: String? = nil, stopGraceSeconds: Int = 5, healthyExitCodes: [Int] = [],
        startupTimeoutSeconds: Int? = nil, resources: Resources = Resources(), hardening: Hardening? = nil,
        disabled: Bool = false
    ) {
        self.name = name
        self.displayName = displayName ?? name
        self.image = image
        self.pullPolicy = pullPolicy
        self.onDigestChange = onDigestChange
        self.containerPrefix = containerPrefix ?? "agstack-\(name)"
        self.internalPort = internalPort
        self.healthPath = healthPath
        self.readyPath = readyPath
        self.extraModels = extraModels
        self.apiKeyEnv = apiKeyEnv
        self.apiKeyHeader = apiKeyHeader
        self.apiKeyScheme = apiKeyScheme
        self.seedSubdir = seedSubdir
        self.homeSubdir = homeSubdir ?? name
        self.mountTarget = mountTarget
        self.extraEnv = extraEnv
        self.userOverridableEnv = userOverridableEnv
        self.templatedFiles = templatedFiles
        self.command = command
        self.user = user
        self.chownUID = chownUID
        self.chownGID = chownGID
        self.extraHosts = extraHosts
        self.extraNetworks = extraNetworks
        self.dns = dns
        self.defaultIdleSeconds = defaultIdleSeconds
        self.sessionHeader = sessionHeader
        self.sessionField = sessionField
        self.history = history
        self.forwardModelEnv = forwardModelEnv
        self.failureHeader = failureHeader
        self.stopGraceSeconds = stopGraceSeconds
        self.healthyExitCodes = healthyExitCodes
        self.startupTimeoutSeconds = startupTimeoutSeconds
        self.resources = resources
        self.hardening = hardening
        self.disabled = disabled
    }

    /// Name, then the aliases, as `/v1/models` lists them.
    package var models: [String] { [name] + extraModels }
}

/// How much of a chat a runtime takes per request.
package enum HistoryMode: String, Sendable, Codable, CaseIterable {
    /// The messages as the client sent them.
    case full
    /// Only the last user message; the runtime keeps the history itself.
    case last
}
