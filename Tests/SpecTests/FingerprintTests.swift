import Testing

@testable import Spec

@Suite struct FingerprintTests {
    private func fingerprint(
        key: Secret = Fixture.key, account: Account = Fixture.account(), stored: StoredState = Fixture.stored(),
        seed: SeedTree = Fixture.seed(), edit: (inout BackendSpec) -> Void = { _ in }
    ) throws -> Fingerprint {
        var backend = Fixture.backend()
        backend.extraEnv["SECOND"] = "2"
        backend.extraHosts = ["a.example": "10.0.0.1", "b.example": "10.0.0.2"]
        backend.extraNetworks = ["n1", "n2"]
        edit(&backend)
        var resolver = DesiredStateResolver(
            configuration: Fixture.configuration([backend], seed: seed), revision: 1,
            processEnvironment: ["HOST_NAME": "box"], fingerprintKey: key
        )
        var stored = stored
        stored.accounts = [account]
        return try #require(resolver.resolve(stored).runners[Fixture.runner]?.resolution.spec).fingerprint
    }

    /// These are the bytes of `v1`: a change of the encoding recreates every runner and needs a new version.
    @Test func theEncodingIsThatOfVersionOne() throws {
        let fingerprint = try fingerprint()
        #expect(fingerprint.description == "v1:392b0d4429f3:3716a3184ea7:5a42ba4b3cb8")
        #expect(fingerprint.fields["image"] == "be3f55f8")
    }

    @Test func aRecycleIsAPersonsEditAndNoChangeOfTheFiles() throws {
        var stored = Fixture.stored()
        let first = try fingerprint(stored: stored)
        stored.wishes[0].recycles = 1
        let second = try fingerprint(stored: stored)
        #expect(second.differences(from: first) == ["recycle"])
        #expect(second.spec == first.spec)
        stored.wishes[0].recycles = 2
        #expect(try fingerprint(stored: stored).differences(from: second) == ["recycle"])
    }

    @Test func theOrderOfSetsMeansNothing() throws {
        let first = try fingerprint()
        let second = try fingerprint {
            $0.extraNetworks = ["n2", "n1"]
            $0.userOverridableEnv.reverse()
        }
        #expect(second == first)
    }

    @Test func whatARunningContainerNeedNotFollowIsLeftOut() throws {
        let first = try fingerprint()
        let second = try fingerprint {
            $0.displayName = "Another"
            $0.extraModels = ["alias"]
            $0.defaultIdleSeconds = 5
            $0.healthPath = "/other"
            $0.startupTimeoutSeconds = 7
            $0.history = .last
        }
        #expect(second == first)
    }

    private typealias Edit = @Sendable (inout BackendSpec) -> Void

    private static let edits: [(String, Edit)] = [
        ("image", { $0.image = "hermes:2" }), ("cmd", { $0.command = ["serve"] }), ("user", { $0.user = "node" }),
        ("env.MODE", { $0.extraEnv["MODE"] = "other" }), ("env.NEW", { $0.extraEnv["NEW"] = "" }),
        ("mount./opt/data", { $0.homeSubdir = "elsewhere" }), ("networks", { $0.extraNetworks = ["n1"] }),
        ("host.a.example", { $0.extraHosts["a.example"] = "10.0.0.9" }), ("dns", { $0.dns = ["1.1.1.1"] }),
        ("port", { $0.internalPort = 8081 }), ("name", { $0.containerPrefix = "other" }),
        ("resources.memory", { $0.resources.memoryBytes = 1 << 20 }),
        ("resources.cpus", { $0.resources.cpuMillis = 1 }),
        ("resources.pids", { $0.resources.pids = 1 }), ("stop_grace_seconds", { $0.stopGraceSeconds = 9 }),
        ("hardening.no_new_privileges", { $0.hardening = Hardening(noNewPrivileges: false) }),
        ("hardening.drop_capabilities", { $0.hardening = Hardening(dropCapabilities: false) }),
        ("hardening.add_capabilities", { $0.hardening = Hardening(addCapabilities: ["CHOWN"]) }),
        ("hardening.read_only", { $0.hardening = Hardening(readOnlyRoot: true) }),
        ("hardening.tmpfs", { $0.hardening = Hardening(tmpfs: ["/tmp"]) }),
        ("hardening.seccomp_unconfined", { $0.hardening = Hardening(seccompUnconfined: true) }),
        ("home.uid", { $0.chownUID = 7 }), ("home.gid", { $0.chownGID = 7 }),
    ]

    @Test(arguments: edits.indices) func everyFieldOfTheSpecCountsAndIsNamed(index: Int) throws {
        let (field, edit) = Self.edits[index]
        let first = try fingerprint()
        let second = try fingerprint(edit: edit)
        #expect(second.differences(from: first) == [field])
        #expect(second.spec != first.spec && second.seed == first.seed && second.overrides == first.overrides)
    }

    @Test func theApiKeyAndTheUsersNameAreOfTheSpec() throws {
        let first = try fingerprint()
        var stored = Fixture.stored()
        stored.wishes[0].apiKey = Secret("another")
        #expect(try fingerprint(stored: stored).differences(from: first) == ["env.API_KEY"])
        var renamed = Fixture.account()
        renamed.name = "Alicia"
        #expect(try fingerprint(account: renamed).differences(from: first) == ["env.AGENT_USER_NAME"])
    }

    @Test func seedsAndOverridesHaveTheirOwnDigests() throws {
        let first = try fingerprint()
        let reseeded = try fingerprint(seed: Fixture.seed("key: \"${LLM_API_KEY}\"\n"))
        #expect(reseeded.differences(from: first) == ["seed.config.yaml"])
        #expect(reseeded.spec == first.spec && reseeded.overrides == first.overrides)

        var stored = Fixture.stored()
        stored.values.overrides["alice"]?[""]?["LLM_MODEL"] = Secret("large")
        let overridden = try fingerprint(stored: stored)
        #expect(overridden.differences(from: first) == ["override.LLM_MODEL"])
        #expect(overridden.spec == first.spec && overridden.seed == first.seed)

        stored.values.overrides["alice"]?[""]?["LLM_API_KEY"] = Secret("sk-new")
        #expect(
            try fingerprint(stored: stored).differences(from: first)
                == ["override.LLM_API_KEY", "override.LLM_MODEL", "seed.config.yaml"]
        )
    }

    @Test func withoutTheKeyNothingIsLearnedFromADigest() throws {
        let first = try fingerprint()
        let other = try fingerprint(key: Secret("another installation"))
        #expect(other.seed != first.seed && other.overrides != first.overrides && other.spec != first.spec)
        #expect(other.fields.allSatisfy { $0.value != first.fields[$0.key] })
    }

    @Test func differentListsNeverLookAlike() throws {
        let pairs: [([String], [String])] = [(["ab"], ["a", "b"]), ([], [""]), (["a", ""], ["", "a"])]
        for (left, right) in pairs {
            #expect(try fingerprint { $0.command = left }.spec != fingerprint { $0.command = right }.spec)
        }
    }
}
