/// Every variable of the process environment that operatord reads, in one place.
///
/// Each wins over its key in `stack.yaml`; an empty one counts as not set. None of them is visible to templates.
package enum OperatorVariable: String, CaseIterable, Sendable {
    case stackDataRoot = "STACK_DATA_ROOT"
    case hostStackRoot = "HOST_STACK_ROOT"
    case usersRoot = "USERS_ROOT"
    case seedsRoot = "SEEDS_ROOT"
    case databasePath = "DB_PATH"
    case backendsConfigPath = "BACKENDS_CONFIG_PATH"
    case routerBindHost = "ROUTER_BIND_HOST"
    case routerPort = "ROUTER_PORT"
    case dockerHost = "DOCKER_HOST"
    case backendPortStart = "BACKEND_PORT_START"
    case backendPortEnd = "BACKEND_PORT_END"
    case backendBindHost = "BACKEND_BIND_HOST"
    case backendPrepull = "BACKEND_PREPULL_AT_STARTUP"
    case backendStartupTimeout = "BACKEND_STARTUP_TIMEOUT"
    case backendStartupPoll = "BACKEND_STARTUP_POLL"
    case reaperInterval = "REAPER_INTERVAL_SECONDS"
    case defaultIdle = "DEFAULT_IDLE_SECONDS"
    case minIdle = "MIN_IDLE_SECONDS"
    case jwtSecret = "JWT_SECRET"
    case bootstrapEmail = "BOOTSTRAP_ADMIN_EMAIL"
    case bootstrapPassword = "BOOTSTRAP_ADMIN_PASSWORD"
    case bootstrapName = "BOOTSTRAP_ADMIN_NAME"
    case allowSignup = "ALLOW_SIGNUP"
    case inviteCode = "INVITE_CODE"
    case cookieSecure = "COOKIE_SECURE"
    case authRateLimit = "AUTH_RATE_LIMIT"
    case userRequestsPerMinute = "USER_REQUESTS_PER_MINUTE"
    case userConcurrentRequests = "USER_CONCURRENT_REQUESTS"
    case tokenRequestsPerMinute = "TOKEN_REQUESTS_PER_MINUTE"
    case tokenConcurrentRequests = "TOKEN_CONCURRENT_REQUESTS"

    /// What templates may see of a process environment: nothing that operatord reads, and no variable whose value
    /// a user is to give.
    package static func templateEnvironment(
        of process: [String: String], overridable: some Collection<String>
    ) -> [String: String] {
        let hidden = Set(allCases.map(\.rawValue)).union(overridable)
        return process.filter { !hidden.contains($0.key) }
    }
}
