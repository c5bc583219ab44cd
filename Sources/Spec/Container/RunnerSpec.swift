/// What one runner should be: its container, its home and how to tell that it is ready.
///
/// Resolved from the backend, the stack and the user's values; see ``RunnerResolver``.
package struct RunnerSpec: Sendable {
    package var id: RunnerID
    /// `<container_prefix>-<slug>`.
    package var containerName: String
    package var container: ContainerSpec
    package var home: HomeSpec
    package var probe: ProbeSpec
    package var credential: RunnerCredential
    package var pullPolicy: PullPolicy
    package var onDigestChange: OnDigestChange
    /// Exit codes that are no crash, besides 0.
    package var healthyExitCodes: Set<Int>
    /// What `/v1` puts in place of `model`: the effective value of the backend's `forward_model_env`; nil keeps it.
    package var forwardModel: String?
    package var fingerprint: Fingerprint

    package init(
        id: RunnerID, containerName: String, container: ContainerSpec, home: HomeSpec, probe: ProbeSpec,
        credential: RunnerCredential, pullPolicy: PullPolicy = .ifMissing,
        onDigestChange: OnDigestChange = .recreate, healthyExitCodes: Set<Int> = [], forwardModel: String? = nil,
        fingerprint: Fingerprint
    ) {
        self.id = id
        self.containerName = containerName
        self.container = container
        self.home = home
        self.probe = probe
        self.credential = credential
        self.pullPolicy = pullPolicy
        self.onDigestChange = onDigestChange
        self.healthyExitCodes = healthyExitCodes
        self.forwardModel = forwardModel
        self.fingerprint = fingerprint
    }
}

/// How operatord proves itself to a runner: the header and its whole value, `Authorization: Bearer …`.
package struct RunnerCredential: Sendable, Hashable {
    package var headerName: String
    package var headerValue: Secret

    package init(headerName: String, headerValue: Secret) {
        self.headerName = headerName
        self.headerValue = headerValue
    }
}

/// How readiness is asked for. Both paths are asked with GET, the ready path with the runner's credential.
package struct ProbeSpec: Sendable, Hashable {
    package var healthPath: String?
    package var readyPath: String?
    /// Budget from the container's start to the first ready answer.
    package var startupTimeout: Duration
    /// Longest wait between two asks; the first waits are shorter.
    package var longestPoll: Duration

    package init(
        healthPath: String?, readyPath: String?, startupTimeout: Duration = .seconds(90),
        longestPoll: Duration = .milliseconds(500)
    ) {
        self.healthPath = healthPath
        self.readyPath = readyPath
        self.startupTimeout = startupTimeout
        self.longestPoll = longestPoll
    }
}

/// When an image is pulled.
package enum PullPolicy: String, Sendable, Codable, CaseIterable {
    case always
    case ifMissing = "if-missing"
    case never
}

/// What is done about a running container when its image's name means another image by now.
package enum OnDigestChange: String, Sendable, Codable, CaseIterable {
    case recreate
    /// Its status says so; the next container is made from the new image.
    case notify
}
