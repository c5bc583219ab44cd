import Testing

@testable import Spec

@Suite struct StackParserTests {
    static let secrets = ["JWT_SECRET": String(repeating: "k", count: 48)]

    private func parse(
        _ text: String?, _ environment: [String: String] = secrets,
        readSecret: @escaping (String) throws -> String = { throw Missing(path: $0) }
    ) -> ParsedStack {
        StackParser.parse(
            text: text, file: "stack.yaml", environment: environment, baseDirectory: "/etc/operatord",
            readSecret: readSecret
        )
    }

    private struct Missing: Error, CustomStringConvertible {
        var path: String
        var description: String { "no such file" }
    }

    @Test func withoutAFileTheEnvironmentIsEnough() {
        let parsed = parse(nil)
        #expect(parsed.problems.isEmpty)
        #expect(parsed.stack.paths.dataRoot == "/etc/operatord/data")
        #expect(parsed.stack.paths.backends == "/etc/operatord/backends.json")
        #expect(parsed.stack.listen == StackSpec.Listen())
        #expect(parse("").problems.isEmpty)
    }

    @Test func everyGroupIsRead() {
        let parsed = parse(
            """
            instance: lab-1
            paths: {dataRoot: /srv/data, hostRoot: /host/data, seeds: ../seeds}
            listen: {host: "::1", port: 0}
            engine: {socket: unix:///run/docker.sock, reach: published, portRange: 20000-20010, pullPolicy: always}
            reconcile: {interval: 500ms, maxLanes: 3, safetyShare: 20%}
            runners:
              idle: never
              memory: 1.5g
              cpus: 1.5
              pids: none
              hardening: {addCapabilities: [CAP_CHOWN, net_raw], tmpfs: [/tmp]}
            sharedEnv:
              LLM_MODEL: 4711
              LLM_API_KEY: {file: keys/llm}
            pinned:
              - {user: alice, backend: demo}
              - {user: bob@example.org, backend: demo, ttl: 8h}
            auth:
              bootstrapAdmin: {email: admin@local, password: "correct horse"}
              sessionTtl: 1h30m
              corsOrigins: ["https://chat.example.org", "http://localhost:3000"]
            proxy: {maxBody: 1MiB, clientTimeout: 1m, streamHoldback: 2s}
            limits: {userRequestsPerMinute: 60, tokenConcurrentRequests: 3, userImages: 5MiB}
            """,
            readSecret: { path in "\(path)!\n" }
        )
        #expect(parsed.problems.isEmpty, "\(parsed.problems)")
        let stack = parsed.stack
        #expect(stack.instance == "lab-1")
        #expect(stack.paths.seeds == "/etc/seeds")
        #expect(stack.paths.asSeenByDaemon("/srv/data/users/alice") == "/host/data/users/alice")
        #expect(stack.listen.port == 0)
        #expect(stack.engine.socket == "/run/docker.sock")
        #expect(stack.engine.reach == .published)
        #expect(stack.engine.portRange == 20000...20010)
        #expect(stack.reconcile.interval == .milliseconds(500))
        #expect(stack.reconcile.safetyShare == 0.2)
        #expect(stack.runners.idleSeconds == 0)
        #expect(stack.runners.resources == Resources(memoryBytes: 3 << 29, cpuMillis: 1500, pids: nil))
        #expect(stack.runners.hardening.addCapabilities == ["CHOWN", "NET_RAW"])
        #expect(
            stack.sharedEnv.mapValues { $0.reveal() } == [
                "LLM_MODEL": "4711", "LLM_API_KEY": "/etc/operatord/keys/llm!",
            ])
        #expect(
            stack.pinned == [
                .init(user: "alice", backend: "demo"),
                .init(user: "bob@example.org", backend: "demo", ttl: .seconds(28_800)),
            ])
        #expect(stack.auth.bootstrapAdmin?.email == "admin@local")
        #expect(stack.auth.sessionTTL == .seconds(5400))
        #expect(stack.auth.corsOrigins == ["https://chat.example.org", "http://localhost:3000"])
        #expect(stack.proxy.maxBodyBytes == 1 << 20)
        #expect(stack.proxy.clientTimeout == .seconds(60))
        #expect(
            stack.limits == .init(user: .init(perMinute: 60), token: .init(concurrent: 3), userPictureBytes: 5 << 20))
        #expect(parsed.source.lines["pinned[1].backend"] == 17)
    }

    /// A mistake in a file by itself, and the whole report it gives.
    @Test(arguments: [
        (
            "reconcile:\n  intervall: 30s\n",
            "stack.yaml:2: reconcile.intervall: \"intervall\" is not a known key. Did you mean \"interval\"?"
        ),
        (
            "zebra: 1\n",
            "stack.yaml:1: zebra: \"zebra\" is not a known key. Known here: auth, engine, instance, limits, listen, "
                + "paths, pinned, proxy, reconcile, runners, sharedEnv, source, users."
        ),
        (
            "reconcile:\n  interval: 3x\n",
            "stack.yaml:2: reconcile.interval: \"3x\" is not a duration. Write a number with a unit, like 30s or 5m."
        ),
        (
            "reconcile: {interval: 5h}\n",
            "stack.yaml:1: reconcile.interval: \"5h\" is out of range. Write a duration from 100ms to 1h."
        ),
        (
            "runners:\n  memory: lots\n",
            "stack.yaml:2: runners.memory: \"lots\" is not a size. Write a number with a unit, like 512m or 2GiB."
        ),
        (
            "runners:\n  cpus: -1\n",
            "stack.yaml:2: runners.cpus: \"-1\" is not a number of CPUs. Write a number above 0, like 1.5."
        ),
        (
            "listen:\n  port: 70000\n",
            "stack.yaml:2: listen.port: 70000 is out of range. Write a number from 0 to 65535."
        ),
        (
            "engine:\n  portRange: 200-100\n",
            "stack.yaml:2: engine.portRange: \"200-100\" is not a range of ports. Write two ports from 1 to 65535, the "
                + "smaller one first, like 19000-19999."
        ),
        (
            "engine:\n  reach: direct\n",
            "stack.yaml:2: engine.reach: \"direct\" is not one of the choices. Write auto, or bridge, or published."
        ),
        (
            "engine:\n  prepull: perhaps\n",
            "stack.yaml:2: engine.prepull: \"perhaps\" is neither true nor false. Write true or false."
        ),
        (
            "auth:\n  corsOrigins: [\"https://chat.example.org/\"]\n",
            "stack.yaml:2: auth.corsOrigins[0]: \"https://chat.example.org/\" is not a web origin. Write scheme and "
                + "host, like https://chat.example.org, without a path."
        ),
        (
            "auth:\n  corsOrigins: [\"*\"]\n",
            "stack.yaml:2: auth.corsOrigins[0]: \"*\" is not a web origin. Write scheme and host, like "
                + "https://chat.example.org, without a path."
        ),
        (
            "listen: 127.0.0.1:80\n",
            "stack.yaml:1: listen: \"127.0.0.1:80\" is not a group of keys. Write keys with values."
        ),
        (
            "listen:\n  port: 1\n  port: 2\n",
            "stack.yaml:3: listen.port: \"port\" is written twice, first on line 2. Keep one of them."
        ),
        (
            "listen:\n\tport: 1\n",
            "stack.yaml:2: This is not YAML: found character that cannot start any token. Indent with spaces, not tabs, "
                + "and quote values that begin with a special character."
        ),
        (
            "pinned:\n  - user: alice\n",
            "stack.yaml:2: pinned[0].backend: \"backend\" is missing. Add it; it has no default."
        ),
        (
            "sharedEnv:\n  LLM-MODEL: x\n",
            "stack.yaml:2: sharedEnv.LLM-MODEL: \"LLM-MODEL\" is not a variable's name. Write letters, digits and _, "
                + "not beginning with a digit."
        ),
        (
            "sharedEnv:\n  LLM_API_KEY: {file: /run/key}\n",
            "stack.yaml:2: sharedEnv.LLM_API_KEY.file: The file /run/key cannot be read: no such file. Check its path "
                + "and permissions."
        ),
        (
            "auth:\n  bootstrapAdmin: {email: admin@local, password: short}\n",
            "stack.yaml:2: auth.bootstrapAdmin.password: It is shorter than 8 characters. Choose another; make one "
                + "with: openssl rand -hex 12."
        ),
        (
            "instance: Not_Good\n",
            "stack.yaml:1: instance: \"Not_Good\" is not an instance name. Write 1 to 32 of a-z, 0-9 and -."
        ),
    ]) func aMistakeIsReportedWithItsPlaceAndRemedy(text: String, report: String) {
        #expect(parse(text).problems.map(\.description) == [report])
    }

    @Test(arguments: [
        (
            ["ROUTER_PORT": "http"],
            "environment: ROUTER_PORT: \"http\" is not a whole number. Write a number from 0 to 65535."
        ),
        (
            ["JWT_SECRET": "CHANGE_ME_TO_RANDOM_HEX_OF_AT_LEAST_32_CHARACTERS"],
            "environment: JWT_SECRET: It is still the placeholder. Make one with: openssl rand -hex 48."
        ),
        (
            ["JWT_SECRET": "tooshort"],
            "environment: JWT_SECRET: It is shorter than 32 characters. Make one with: openssl rand -hex 48."
        ),
        (
            ["BOOTSTRAP_ADMIN_EMAIL": "a@b", "BOOTSTRAP_ADMIN_PASSWORD": "CHANGE_ME"],
            "environment: BOOTSTRAP_ADMIN_PASSWORD: It is still the placeholder. Choose another; make one with: "
                + "openssl rand -hex 12."
        ),
        (
            ["BACKEND_PORT_START": "20000"],
            "environment: BACKEND_PORT_START: The ports 20000 to 19999 run backwards. Write the smaller one first."
        ),
        (
            ["DOCKER_HOST": "tcp://10.0.0.1:2375"],
            "environment: DOCKER_HOST: \"tcp://10.0.0.1:2375\" is not a Unix socket. Write its path, like "
                + "/var/run/docker.sock."
        ),
    ]) func aBadVariableIsReported(environment: [String: String], report: String) {
        let whole = Self.secrets.merging(environment) { $1 }
        #expect(parse(nil, whole).problems.map(\.description) == [report])
    }

    @Test func aMissingSigningSecretIsReportedOnceTheFileCanBeRead() {
        #expect(
            parse("instance: a\n", [:]).problems.map(\.description) == [
                "stack.yaml: auth.jwtSecret: The secret that signs sessions is missing. Set JWT_SECRET in the environment, "
                    + "or auth.jwtSecret here; make one with: openssl rand -hex 48."
            ])
        #expect(parse("a: [", [:]).problems.count == 1)
    }

    @Test func allMistakesAreReportedTogetherInOrder() {
        let parsed = parse(
            "proxy: {maxBody: x}\nlisten:\n  port: a\n  port: 1\n  prot: 2\nengine: []\n",
            ["JWT_SECRET": "x", "ROUTER_BIND_HOST": "::1"]
        )
        #expect(
            parsed.problems.map { "\($0.file):\($0.line ?? 0):\($0.path)" } == [
                "environment:0:JWT_SECRET", "stack.yaml:1:proxy.maxBody", "stack.yaml:3:listen.port",
                "stack.yaml:4:listen.port", "stack.yaml:5:listen.prot", "stack.yaml:6:engine",
            ])
    }

    @Test func theEnvironmentWinsAndAnEmptyVariableIsNone() {
        let environment = Self.secrets.merging([
            "ROUTER_PORT": "9000", "DEFAULT_IDLE_SECONDS": "0", "MIN_IDLE_SECONDS": "2", "BACKEND_PORT_END": "19010",
            "BACKEND_STARTUP_TIMEOUT": "45", "ALLOW_SIGNUP": "False", "INVITE_CODE": "", "COOKIE_SECURE": "1",
            "AUTH_RATE_LIMIT": "0", "STACK_DATA_ROOT": "/data", "HOST_STACK_ROOT": "/srv", "DB_PATH": "/db/x.db",
        ]) { $1 }
        let stack = parse("listen: {port: 1}\nauth: {inviteCode: tell}\n", environment).stack
        #expect(stack.listen.port == 9000)
        #expect(stack.runners.idleSeconds == 0)
        #expect(stack.runners.minIdleSeconds == 2)
        #expect(stack.engine.portRange == 19000...19010)
        #expect(stack.runners.startupTimeout == .seconds(45))
        #expect(!stack.auth.allowSignup && stack.auth.cookieSecure)
        #expect(stack.auth.inviteCode?.reveal() == "tell")
        #expect(stack.auth.attemptsPerMinute == 0)
        #expect(stack.paths.dataRoot == "/data" && stack.paths.hostRoot == "/srv")
        #expect(stack.paths.databaseFile == "/db/x.db")
    }

    @Test func aHostRootAloneIsTheDataRoot() {
        let stack = parse(nil, Self.secrets.merging(["HOST_STACK_ROOT": "/var/lib/agent-stack"]) { $1 }).stack
        #expect(stack.paths.dataRoot == "/var/lib/agent-stack")
    }

    @Test func aProblemNeverShowsASecret() {
        let parsed = parse("auth: {jwtSecret: hunter2hunter2, inviteCode: [hunter2]}\nsharedEnv: {A: [hunter2]}\n", [:])
        #expect(parsed.problems.count == 3)
        #expect(!parsed.problems.contains { $0.description.contains("hunter2") })
    }

    @Test func aBombOfAliasesIsRefused() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(parse(text).problems.map(\.message) == ["It has more than 10,000 values."])
    }
}
