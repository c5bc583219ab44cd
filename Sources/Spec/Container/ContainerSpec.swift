/// Everything that makes a container what it is, resolved: no templates, no defaults left to fill in.
///
/// Each field enters the fingerprint, so a difference in any of them recreates the runner.
package struct ContainerSpec: Sendable, Hashable {
    /// Image reference as the operator wrote it, `name[:tag][@digest]`.
    package var image: String
    /// Arguments; empty means the image's own `CMD`.
    package var command: [String]
    /// `name`, `uid` or `uid:gid`; nil means the image's own `USER`.
    package var user: String?
    /// Sorted by name, each name once.
    package var environment: [EnvironmentVariable]
    package var mounts: [Mount]
    /// Networks besides the managed bridge, by name.
    package var extraNetworks: [String]
    /// Host name to address, as `--add-host`.
    package var extraHosts: [String: String]
    package var dns: [String]
    /// TCP port the agent listens on inside.
    package var port: UInt16
    package var resources: Resources
    package var hardening: Hardening
    /// Seconds between the stop signal and the kill.
    package var stopGraceSeconds: Int

    package init(
        image: String, command: [String] = [], user: String? = nil, environment: [EnvironmentVariable] = [],
        mounts: [Mount] = [], extraNetworks: [String] = [], extraHosts: [String: String] = [:], dns: [String] = [],
        port: UInt16, resources: Resources = Resources(), hardening: Hardening = Hardening(), stopGraceSeconds: Int = 5
    ) {
        self.image = image
        self.command = command
        self.user = user
        self.environment = environment
        self.mounts = mounts
        self.extraNetworks = extraNetworks
        self.extraHosts = extraHosts
        self.dns = dns
        self.port = port
        self.resources = resources
        self.hardening = hardening
        self.stopGraceSeconds = stopGraceSeconds
    }
}

extension ContainerSpec {
    /// Names of the variables whose values are secrets, sorted.
    package var secretNames: [String] { secrets.map(\.name) }

    /// Values of those variables.
    package var secretValues: [Secret] { secrets.map(\.value) }

    private var secrets: [(name: String, value: Secret)] {
        environment.compactMap { variable in
            guard case .secret(let value) = variable.value else { return nil }
            return (variable.name, value)
        }
    }
}

/// One variable of a container's environment.
package struct EnvironmentVariable: Sendable, Hashable {
    package var name: String
    package var value: Value

    /// A secret's value enters a fingerprint only through the installation's HMAC and never a log.
    package enum Value: Sendable, Hashable {
        case plain(String)
        case secret(Secret)

        package func reveal() -> String {
            switch self {
            case .plain(let text): text
            case .secret(let secret): secret.reveal()
            }
        }
    }

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}

/// A bind mount. `source` is the path as the daemon sees it.
package struct Mount: Sendable, Hashable {
    package var source: String
    package var target: String
    package var readOnly: Bool

    package init(source: String, target: String, readOnly: Bool = false) {
        self.source = source
        self.target = target
        self.readOnly = readOnly
    }
}

/// Limits of one container; nil means none.
package struct Resources: Sendable, Hashable {
    package var memoryBytes: Int64?
    /// CPUs in thousandths: 1500 is one and a half.
    package var cpuMillis: Int64?
    package var pids: Int64?

    package init(memoryBytes: Int64? = nil, cpuMillis: Int64? = nil, pids: Int64? = nil) {
        self.memoryBytes = memoryBytes
        self.cpuMillis = cpuMillis
        self.pids = pids
    }
}

/// What a container is denied. The default denies most; a backend lists its exceptions.
package struct Hardening: Sendable, Hashable {
    package var noNewPrivileges: Bool
    /// Capabilities kept after `--cap-drop=ALL`, without the `CAP_` prefix, sorted.
    package var addCapabilities: [String]
    /// False keeps Docker's default capability set instead of dropping all.
    package var dropCapabilities: Bool
    package var readOnlyRoot: Bool
    /// Paths that get a tmpfs, sorted; useful with `readOnlyRoot`.
    package var tmpfs: [String]
    package var seccompUnconfined: Bool

    package init(
        noNewPrivileges: Bool = true, dropCapabilities: Bool = true, addCapabilities: [String] = [],
        readOnlyRoot: Bool = false, tmpfs: [String] = [], seccompUnconfined: Bool = false
    ) {
        self.noNewPrivileges = noNewPrivileges
        self.dropCapabilities = dropCapabilities
        self.addCapabilities = addCapabilities
        self.readOnlyRoot = readOnlyRoot
        self.tmpfs = tmpfs
        self.seccompUnconfined = seccompUnconfined
    }
}
