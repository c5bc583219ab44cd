// Every field of an entry of `backends.json`. `docs/configuration.md` describes each; a test compares.

enum BackendKey: String, CaseIterable {
    case name
    case displayName = "display_name"
    case image
    case pullPolicy = "pull_policy"
    case onDigestChange = "on_digest_change"
    case containerPrefix = "container_prefix"
    case internalPort = "internal_port"
    case healthPath = "health_path"
    case readyPath = "ready_path"
    case extraModels = "extra_models"
    case apiKeyEnv = "api_key_env"
    case apiKeyHeader = "api_key_header"
    case apiKeyScheme = "api_key_scheme"
    case seedSubdir = "seed_subdir"
    case homeSubdir = "home_subdir"
    case mountTarget = "mount_target"
    case extraEnv = "extra_env"
    case userOverridableEnv = "user_overridable_env"
    case templatedFiles = "templated_files"
    case cmd
    case user
    case chownUID = "chown_uid"
    case chownGID = "chown_gid"
    case extraHosts = "extra_hosts"
    case extraNetworks = "extra_networks"
    case dns
    case defaultIdleSeconds = "default_idle_seconds"
    case sessionHeader = "session_header"
    case sessionField = "session_field"
    case history
    case forwardModelEnv = "forward_model_env"
    case failureHeader = "failure_header"
    case stopGraceSeconds = "stop_grace_seconds"
    case healthyExitCodes = "healthy_exit_codes"
    case startupTimeoutSeconds = "startup_timeout_seconds"
    case resources
    case hardening
    case disabled
}

enum BackendResourcesKey: String, CaseIterable {
    case memory, cpus, pids
}

enum BackendHardeningKey: String, CaseIterable {
    case noNewPrivileges = "no_new_privileges"
    case dropCapabilities = "drop_capabilities"
    case addCapabilities = "add_capabilities"
    case readOnly = "read_only"
    case tmpfs
    case seccompUnconfined = "seccomp_unconfined"
}

/// The top level when it is an object.
enum BackendsFileKey: String, CaseIterable {
    /// For editors; not read.
    case schema = "$schema"
    case backends
}
