@testable import Spec

/// A world of two accounts and one backend, to be varied by each test.
enum Fixture {
    static let key = Secret("installation-key-for-tests")

    static func account(_ slug: String = "alice", role: Role = .user, disabled: Bool = false) -> Account {
        Account(
            id: slug == "alice" ? 2 : 1, email: "\(slug)@example.org",
            name: slug.prefix(1).uppercased() + slug.dropFirst(), slug: slug, role: role,
            disabled: disabled, createdAt: .epoch
        )
    }

    static func wish(
        _ backend: String = "hermes", user: String = "alice", idle: Int? = nil, withdrawn: String? = nil
    ) -> StoredWish {
        StoredWish(
            id: RunnerID(user: user, backend: backend), generation: 3, lastActivity: Timestamp(milliseconds: 1000),
            idleSeconds: idle, withdrawn: withdrawn, apiKey: Secret("runner-key")
        )
    }

    static func backend() -> BackendSpec {
        BackendSpec(
            name: "hermes", image: "hermes:1", internalPort: 8080, healthPath: "/health", readyPath: "/v1/models",
            apiKeyEnv: "API_KEY", seedSubdir: "hermes-home", mountTarget: "/opt/data",
            extraEnv: ["MODE": "gateway"], userOverridableEnv: ["LLM_MODEL", "LLM_API_KEY"],
            templatedFiles: ["config.yaml"], forwardModelEnv: "LLM_MODEL"
        )
    }

    static func seed(_ yaml: String = "key: \"${LLM_API_KEY}\"\nhost: ${HOST_NAME}\n") -> SeedTree {
        SeedTree(files: [
            SeedFile(path: "config.yaml", contents: Array(yaml.utf8)),
            SeedFile(path: "notes.txt", contents: Array("mode ${MODE}, ${NOT_KNOWN}\n".utf8)),
        ])
    }

    static func configuration(
        _ backends: [BackendSpec] = [backend()], seed: SeedTree = seed(), edit: (inout StackSpec) -> Void = { _ in }
    ) -> Configuration {
        var stack = StackSpec()
        stack.paths = StackSpec.Paths(
            dataRoot: "/data", hostRoot: "/srv/stack", backends: "/etc/backends.json", seeds: "/etc/seeds"
        )
        edit(&stack)
        return Configuration(stack: stack, backends: backends, seeds: ["hermes-home": seed])
    }

    static let overrides = [
        "alice": ["": ["LLM_MODEL": Secret("small"), "LLM_API_KEY": Secret("sk-alice")]]
    ]

    static func stored(
        wishes: [StoredWish] = [wish()], accounts: [Account] = [account(), account("root", role: .admin)],
        values: StoredValues = StoredValues(overrides: overrides, adminSlug: "root")
    ) -> StoredState {
        StoredState(accounts: accounts, wishes: wishes, values: values)
    }

    static func resolver(
        _ configuration: Configuration = configuration(), environment: [String: String] = ["HOST_NAME": "box"]
    ) -> DesiredStateResolver {
        DesiredStateResolver(
            configuration: configuration, revision: 4, processEnvironment: environment, fingerprintKey: key
        )
    }

    static let runner = RunnerID(user: "alice", backend: "hermes")
}

extension Resolution {
    var spec: RunnerSpec? { if case .runnable(let spec) = self { spec } else { nil } }
    var block: BlockReason? { if case .blocked(let reason) = self { reason } else { nil } }
}
