/// `stack.yaml` with the environment laid over it: everything about one installation but its backends.
package struct StackSpec: Sendable, Hashable {
    /// Names the installation in labels and in the page, `[a-z0-9-]`, at most 32 characters.
    package var instance: String
    package var paths: Paths
    package var listen: Listen
    package var engine: Engine
    package var reconcile: Reconcile
    package var runners: RunnerDefaults
    /// Lowest tier of the upstream values: variable to value.
    package var sharedEnv: [String: Secret]
    package var pinned: [PinnedWish]
    /// At most one for each user.
    package var users: [UserRule]
    package var auth: Auth
    package var proxy: Proxy
    package var limits: RequestLimits
    /// Where all of this comes from, when that is a repository.
    package var source: SourceSpec?

    package init(
        instance: String = "agent-stack", paths: Paths = Paths(), listen: Listen = Listen(), engine: Engine = Engine(),
        reconcile: Reconcile = Reconcile(), runners: RunnerDefaults = RunnerDefaults(),
        sharedEnv: [String: Secret] = [:], pinned: [PinnedWish] = [], users: [UserRule] = [], auth: Auth = Auth(),
        proxy: Proxy = Proxy(),
        limits: RequestLimits = RequestLimits(), source: SourceSpec? = nil
    ) {
        self.instance = instance
        self.paths = paths
        self.listen = listen
        self.engine = engine
        self.reconcile = reconcile
        self.runners = runners
        self.sharedEnv = sharedEnv
        self.pinned = pinned
        self.users = users
        self.auth = auth
        self.proxy = proxy
        self.limits = limits
        self.source = source
    }

    /// Absolute paths once loaded; relative ones in the file are taken from the file's folder.
    package struct Paths: Sendable, Hashable {
        /// `STACK_DATA_ROOT`: database, homes, key file, lock.
        package var dataRoot: String
        /// `HOST_STACK_ROOT`: the same folder as the daemon sees it; nil means the same path.
        package var hostRoot: String?
        /// `USERS_ROOT`; nil means `<dataRoot>/users`.
        package var usersRoot: String?
        /// `DB_PATH`; nil means `<dataRoot>/router.db`.
        package var database: String?
        /// `BACKENDS_CONFIG_PATH`.
        package var backends: String
        /// `SEEDS_ROOT`.
        package var seeds: String
        /// The page's files; nil means `frontend/public` beside the configuration.
        package var frontend: String?

        package init(
            dataRoot: String = "data", hostRoot: String? = nil, usersRoot: String? = nil, database: String? = nil,
            backends: String = "backends.json", seeds: String = "seeds", frontend: String? = nil
        ) {
            self.dataRoot = dataRoot
            self.hostRoot = hostRoot
            self.usersRoot = usersRoot
            self.database = database
            self.backends = backends
            self.seeds = seeds
            self.frontend = frontend
        }

        /// Directory of the homes, as operatord sees it.
        package var usersDirectory: String { usersRoot ?? "\(dataRoot)/users" }

        /// The database file.
        package var databaseFile: String { database ?? "\(dataRoot)/router.db" }

        /// A path under the data root as the daemon sees it; any other path is the same for both.
        package func asSeenByDaemon(_ path: String) -> String {
            guard let hostRoot, path == dataRoot || path.hasPrefix("\(dataRoot)/") else { return path }
            return hostRoot + path.dropFirst(dataRoot.count)
        }
    }

    package struct Listen: Sendable, Hashable {
        /// `ROUTER_BIND_HOST`.
        package var host: String
        /// `ROUTER_PORT`; 0 lets the system choose (the address is logged).
        package var port: Int
        /// Whose `X-Forwarded-For` is believed; nobody's by default.
        package var trustedProxies: [IPRange]

        package init(host: String = "127.0.0.1", port: Int = 18080, trustedProxies: [IPRange] = []) {
            self.host = host
            self.port = port
            self.trustedProxies = trustedProxies
        }
    }

    package struct Engine: Sendable, Hashable {
        /// Path of the daemon's Unix socket (`DOCKER_HOST` without `unix://`).
        package var socket: String
        package var reach: Reach
        /// `BACKEND_PORT_START...BACKEND_PORT_END`, used with published ports.
        package var portRange: ClosedRange<UInt16>
        /// `BACKEND_BIND_HOST`: address on which ports are published.
        package var bindHost: String
        package var pullPolicy: PullPolicy
        package var onDigestChange: OnDigestChange
        /// `BACKEND_PREPULL_AT_STARTUP`.
        package var prepull: Bool
        /// Credentials of registries, as `docker login` writes them; absolute. nil = none.
        package var registryAuthFile: String?

        package init(
            socket: String = "/var/run/docker.sock", reach: Reach = .auto,
            portRange: ClosedRange<UInt16> = 19000...19999,
            bindHost: String = "127.0.0.1", pullPolicy: PullPolicy = .ifMissing,
            onDigestChange: OnDigestChange = .recreate, prepull: Bool = false, registryAuthFile: String? = nil
        ) {
            self.socket = socket
            self.reach = reach
            self.portRange = portRange
            self.bindHost = bindHost
            self.pullPolicy = pullPolicy
            self.onDigestChange = onDigestChange
            self.registryAuthFile = registryAuthFile
            self.prepull = prepull
        }
    }

    /// How operatord connects to a runner.
    package enum Reach: String, Sendable, Codable, CaseIterable {
        /// `bridge` when a managed bridge's address is routed from here, else `published`; decided once at start.
        case auto
        /// The container's own address on its managed bridge.
        case bridge
        /// A port published on the bind host.
        case published
    }

    package struct Reconcile: Sendable, Hashable {
        /// `REAPER_INTERVAL_SECONDS`: time between the end of a pass and the next one when nothing nudges.
        package var interval: Duration
        /// Lanes at work at once.
        package var maxLanes: Int
        /// Running containers that are replaced at once after a change; the others wait for their turn.
        package var maxRecreates: Int
        /// How long a recreate waits for leases before it stops the old container anyway.
        package var drainTimeout: Duration
        /// Share of the runners (0...1) that one change of configuration may recreate or reap unasked.
        package var safetyShare: Double
        /// Never holds back a change of at most this many runners.
        package var safetyFloor: Int

        package init(
            interval: Duration = .seconds(30), maxLanes: Int = 8, maxRecreates: Int = 8,
            drainTimeout: Duration = .seconds(120),
            safetyShare: Double = 0.5, safetyFloor: Int = 10
        ) {
            self.interval = interval
            self.maxLanes = maxLanes
            self.maxRecreates = maxRecreates
            self.drainTimeout = drainTimeout
            self.safetyShare = safetyShare
            self.safetyFloor = safetyFloor
        }
    }

    package struct RunnerDefaults: Sendable, Hashable {
        /// Upper bound of what a user may set.
        package static let mostIdleSeconds = 21_600

        /// `DEFAULT_IDLE_SECONDS`; 0 = never.
        package var idleSeconds: Int
        /// `MIN_IDLE_SECONDS`: lower bound of what a user may set.
        package var minIdleSeconds: Int
        /// `BACKEND_STARTUP_TIMEOUT`.
        package var startupTimeout: Duration
        /// `BACKEND_STARTUP_POLL`: longest wait between two probes of a starting runner.
        package var startupPoll: Duration
        package var resources: Resources
        /// Runners that one user may have at a time; 0 = no limit.
        package var maxRunners: Int
        package var hardening: Hardening

        package init(
            idleSeconds: Int = 600, minIdleSeconds: Int = 60, startupTimeout: Duration = .seconds(90),
            startupPoll: Duration = .milliseconds(500),
            resources: Resources = Resources(memoryBytes: 2 << 30, cpuMillis: 2000, pids: 512),
            maxRunners: Int = 0, hardening: Hardening = Hardening()
        ) {
            self.idleSeconds = idleSeconds
            self.minIdleSeconds = minIdleSeconds
            self.startupTimeout = startupTimeout
            self.startupPoll = startupPoll
            self.resources = resources
            self.maxRunners = maxRunners
            self.hardening = hardening
        }
    }

    /// A wish that the stack makes for a user, by slug or e-mail address.
    package struct PinnedWish: Sendable, Hashable {
        package var user: String
        package var backend: String
        /// nil = never stopped.
        package var ttl: Duration?

        package init(user: String, backend: String, ttl: Duration? = nil) {
            self.user = user
            self.backend = backend
            self.ttl = ttl
        }
    }

    package struct Auth: Sendable, Hashable {
        /// `JWT_SECRET`.
        package var jwtSecret: Secret
        /// `BOOTSTRAP_ADMIN_EMAIL`, `_PASSWORD`, `_NAME`; nil when no e-mail is given.
        package var bootstrapAdmin: BootstrapAdmin?
        /// `ALLOW_SIGNUP`.
        package var allowSignup: Bool
        /// `INVITE_CODE`: one code for everybody; nil = none.
        package var inviteCode: Secret?
        /// Whether signing up needs an invite code although there is none for everybody: one of the admin's.
        package var inviteOnly: Bool
        /// `COOKIE_SECURE`.
        package var cookieSecure: Bool
        package var sessionTTL: Duration
        /// `AUTH_RATE_LIMIT`: login and signup attempts per minute and address; 0 = off.
        package var attemptsPerMinute: Int
        /// Origins (`https://chat.example.org`) whose pages may call `/v1` and `/api` with an API token.
        package var corsOrigins: [String]

        package init(
            jwtSecret: Secret = Secret(""), bootstrapAdmin: BootstrapAdmin? = nil, allowSignup: Bool = true,
            inviteCode: Secret? = nil, inviteOnly: Bool = false, cookieSecure: Bool = false,
            sessionTTL: Duration = .seconds(7 * 86_400), attemptsPerMinute: Int = 20, corsOrigins: [String] = []
        ) {
            self.jwtSecret = jwtSecret
            self.bootstrapAdmin = bootstrapAdmin
            self.allowSignup = allowSignup
            self.inviteCode = inviteCode
            self.inviteOnly = inviteOnly
            self.cookieSecure = cookieSecure
            self.sessionTTL = sessionTTL
            self.attemptsPerMinute = attemptsPerMinute
            self.corsOrigins = corsOrigins
        }

        /// Whether signing up needs a code.
        package var requiresInvite: Bool { inviteOnly || inviteCode?.isEmpty == false }
    }

    package struct BootstrapAdmin: Sendable, Hashable {
        package var email: String
        package var password: Secret
        package var name: String

        package init(email: String, password: Secret, name: String = "Admin") {
            self.email = email
            self.password = password
            self.name = name
        }
    }

    /// Limits of the `/v1` path.
    package struct Proxy: Sendable, Hashable {
        /// Largest request body in bytes; beyond it 413.
        package var maxBodyBytes: Int
        /// How long a client may be silent, within a request (408) and between two.
        package var clientTimeout: Duration
        package var connectTimeout: Duration
        /// From the request's last byte to the response's head.
        package var firstByteTimeout: Duration
        /// Between two reads of a response.
        package var idleTimeout: Duration
        /// A stream that waits longer than this for its runner gets `200` and comments.
        package var streamHoldback: Duration
        /// A non-stream request that waits longer than this for its runner gets 503 `runner_starting`.
        package var startingTimeout: Duration
        /// Requests that may wait for one runner to start; beyond it 503.
        package var maxWaitersPerRunner: Int

        package init(
            maxBodyBytes: Int = 32 << 20, clientTimeout: Duration = .seconds(120),
            connectTimeout: Duration = .seconds(3),
            firstByteTimeout: Duration = .seconds(600),
            idleTimeout: Duration = .seconds(600), streamHoldback: Duration = .seconds(10),
            startingTimeout: Duration = .seconds(50), maxWaitersPerRunner: Int = 64
        ) {
            self.maxBodyBytes = maxBodyBytes
            self.clientTimeout = clientTimeout
            self.connectTimeout = connectTimeout
            self.firstByteTimeout = firstByteTimeout
            self.idleTimeout = idleTimeout
            self.streamHoldback = streamHoldback
            self.startingTimeout = startingTimeout
            self.maxWaitersPerRunner = maxWaitersPerRunner
        }
    }

    /// How much of `/v1` one user and one API token may use, and what is kept of a user.
    package struct RequestLimits: Sendable, Hashable {
        /// `USER_REQUESTS_PER_MINUTE`, `USER_CONCURRENT_REQUESTS`: of a user, sessions and tokens together.
        package var user: RequestLimit
        /// `TOKEN_REQUESTS_PER_MINUTE`, `TOKEN_CONCURRENT_REQUESTS`: of each API token.
        package var token: RequestLimit
        /// Of all pictures of one user together; 0 = no limit.
        package var userPictureBytes: Int

        package init(
            user: RequestLimit = RequestLimit(), token: RequestLimit = RequestLimit(), userPictureBytes: Int = 1 << 30
        ) {
            self.user = user
            self.token = token
            self.userPictureBytes = userPictureBytes
        }
    }

    /// 0 = no limit.
    package struct RequestLimit: Sendable, Hashable {
        package var perMinute: Int
        package var concurrent: Int

        package init(perMinute: Int = 0, concurrent: Int = 0) {
            self.perMinute = perMinute
            self.concurrent = concurrent
        }

        package var isOff: Bool { perMinute == 0 && concurrent == 0 }
    }
}
