import Testing

@testable import Spec

@Suite struct DesiredStateResolverTests {
    private func desired(
        _ stored: StoredState = Fixture.stored(), _ configuration: Configuration = Fixture.configuration(),
        environment: [String: String] = ["HOST_NAME": "box"]
    ) -> DesiredRunner? {
        var resolver = Fixture.resolver(configuration, environment: environment)
        return resolver.resolve(stored).runners[Fixture.runner]
    }

    @Test func aWishBecomesAWholeSpec() throws {
        let runner = try #require(desired())
        let spec = try #require(runner.resolution.spec)
        #expect(runner.generation == 3)
        #expect(runner.lastActivity == Timestamp(milliseconds: 1000))
        #expect(runner.want == .whileActive(idle: .seconds(600)))
        #expect(spec.containerName == "agstack-hermes-alice")
        #expect(spec.home.path == "/data/users/alice/hermes")
        #expect(spec.container.mounts == [Mount(source: "/srv/stack/users/alice/hermes", target: "/opt/data")])
        #expect(spec.credential.headerName == "Authorization")
        #expect(spec.credential.headerValue.reveal() == "Bearer runner-key")
        #expect(spec.container.resources == StackSpec.RunnerDefaults().resources)
        #expect(spec.forwardModel == "small")
        #expect(
            spec.home.variables == [
                "LLM_API_KEY": "sk-alice", "HOST_NAME": "box", "MODE": "gateway",
            ])
    }

    @Test func theEnvironmentHoldsWhatIsListedAndNoMore() throws {
        var values = Fixture.overrides
        values["alice"]?[""]?["UNLISTED"] = Secret("x")
        let stored = Fixture.stored(values: StoredValues(overrides: values, adminSlug: "root"))
        let environment = try #require(desired(stored)?.resolution.spec?.container.environment)
        #expect(
            environment.map { "\($0.name)=\($0.value.reveal())" } == [
                "AGENT_USER_EMAIL=alice@example.org", "AGENT_USER_ID=2", "AGENT_USER_NAME=Alice", "API_KEY=runner-key",
                "LLM_API_KEY=sk-alice", "LLM_MODEL=small", "MODE=gateway",
            ])
    }

    @Test(
        arguments: [
            (nil, nil, Want.whileActive(idle: .seconds(600))), (nil, 30, .whileActive(idle: .seconds(30))),
            (nil, 0, .always), (120, 30, .whileActive(idle: .seconds(120))), (0, 30, .always),
        ] as [(Int?, Int?, Want)]) func idleTimeIsTheUsersThenTheBackendsThenTheStacks(
            own: Int?, ofBackend: Int?, want: Want
        )
    {
        var backend = Fixture.backend()
        backend.defaultIdleSeconds = ofBackend
        let stored = Fixture.stored(wishes: [Fixture.wish(idle: own)])
        #expect(desired(stored, Fixture.configuration([backend]))?.want == want)
    }

    @Test func aMissingValueBlocksAndIsNamed() {
        let stored = Fixture.stored(values: StoredValues())
        #expect(desired(stored)?.resolution.block == .missingValues(["LLM_API_KEY", "LLM_MODEL"]))
    }

    @Test func aWithdrawnWishEndsAtOnceAndAVanishedBackendDrains() {
        let stopped = Fixture.stored(wishes: [Fixture.wish(withdrawn: "stopped by its user")])
        #expect(desired(stopped)?.want == .no(reason: "stopped by its user", drain: false))
        #expect(desired(stopped)?.resolution.spec != nil)

        let gone = desired(Fixture.stored(), Fixture.configuration([]))
        #expect(gone?.want == .no(reason: "backend hermes is not available", drain: true))
        #expect(gone?.resolution.block == .backendUnavailable("hermes"))

        var backend = Fixture.backend()
        backend.disabled = true
        #expect(desired(Fixture.stored(), Fixture.configuration([backend]))?.resolution.block != nil)
    }

    @Test func aDisabledAccountHasNoRunnersAndADeletedOneIsNotThere() {
        let disabled = Fixture.stored(accounts: [Fixture.account(disabled: true)])
        #expect(desired(disabled)?.want == .no(reason: "account disabled", drain: false))
        #expect(desired(Fixture.stored(accounts: [])) == nil)
    }

    @Test(arguments: ["alice", "Alice@Example.org"]) func aPinWinsOverIdleTimes(user: String) {
        func configuration(ttl: Duration?) -> Configuration {
            Fixture.configuration { $0.pinned = [.init(user: user, backend: "hermes", ttl: ttl)] }
        }
        let stored = Fixture.stored(wishes: [Fixture.wish(idle: 60)])
        #expect(desired(stored, configuration(ttl: nil))?.want == .always)
        #expect(desired(stored, configuration(ttl: .seconds(5)))?.want == .whileActive(idle: .seconds(5)))
    }

    @Test func aPinWithoutARowIsMissing() {
        let configuration = Fixture.configuration {
            $0.pinned = ["alice", "root@example.org", "nobody"].map { .init(user: $0, backend: "hermes") }
        }
        let resolver = Fixture.resolver(configuration)
        #expect(resolver.missingPinned(in: Fixture.stored()) == [RunnerID(user: "root", backend: "hermes")])
    }

    @Test func templatesSeeNeitherOperatorsVariablesNorUsersOnes() {
        let secrets = ["JWT_SECRET": "s", "LLM_API_KEY": "operator's own"]
        let seed = Fixture.seed("a: ${JWT_SECRET}\n")
        let blocked = desired(Fixture.stored(), Fixture.configuration(seed: seed), environment: secrets)
        #expect(
            blocked?.resolution.block
                == .seed("seed hermes-home/config.yaml:1: ${JWT_SECRET} is not a known variable")
        )
        let own = desired(
            Fixture.stored(), Fixture.configuration(seed: Fixture.seed("a: ${LLM_API_KEY}")), environment: secrets)
        #expect(own?.resolution.spec?.home.variables["LLM_API_KEY"] == "sk-alice")
    }

    @Test func anUnchangedRunnerIsNotResolvedAgainAndAChangedOneIs() throws {
        var resolver = Fixture.resolver()
        var stored = Fixture.stored()
        let first = try #require(resolver.resolve(stored).runners[Fixture.runner]?.resolution.spec)
        let again = try #require(resolver.resolve(stored).runners[Fixture.runner]?.resolution.spec)
        #expect(first.fingerprint == again.fingerprint)
        stored.values.overrides["alice"]?["hermes"] = ["LLM_MODEL": Secret("large")]
        let changed = try #require(resolver.resolve(stored).runners[Fixture.runner]?.resolution.spec)
        #expect(changed.fingerprint.differences(from: first.fingerprint) == ["override.LLM_MODEL"])
        #expect(changed.forwardModel == "large")
    }

    @Test func aThousandUnchangedRunnersCostMilliseconds() {
        let accounts = (1...1000).map { Fixture.account("user-\($0)") }
        var overrides: [String: [String: [String: Secret]]] = [:]
        for account in accounts { overrides[account.slug] = Fixture.overrides["alice"] }
        let stored = StoredState(
            accounts: accounts, wishes: accounts.map { Fixture.wish(user: $0.slug) },
            values: StoredValues(overrides: overrides)
        )
        var resolver = Fixture.resolver()
        let clock = ContinuousClock()
        let cold = clock.measure { #expect(resolver.resolve(stored).runners.count == 1000) }
        let warm = clock.measure { #expect(resolver.resolve(stored).runners.count == 1000) }
        #expect(warm * 4 < cold)
    }
}
