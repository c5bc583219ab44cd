import Testing

@testable import Spec

@Suite struct UserRuleTests {
    private static let runner = Fixture.runner

    private func parse(_ text: String) -> ParsedStack {
        StackParser.parse(
            text: text, file: "stack.yaml", environment: StackParserTests.secrets, baseDirectory: "/etc/operatord",
            readSecret: { $0 })
    }

    private func resolve(
        own: Int? = nil, backendIdle: Int? = nil, email: String = "alice@example.org",
        _ edit: (inout StackSpec) -> Void
    ) throws -> DesiredRunner {
        var backend = Fixture.backend()
        backend.defaultIdleSeconds = backendIdle
        backend.resources = Resources(memoryBytes: 1 << 30)
        var resolver = Fixture.resolver(Fixture.configuration([backend], edit: edit))
        let state = resolver.resolve(Fixture.stored(wishes: [Fixture.wish(idle: own)]))
        return try #require(state.runners[Self.runner])
    }

    @Test func usersAndTheLimitForEverybodyAreRead() {
        let parsed = parse(
            """
            runners: {maxRunners: 2}
            users:
              - {user: Alice@Example.org, maxRunners: 5, idle: 1h, memory: 4g, cpus: 1.5, pids: 99}
              - {user: bob, idle: never}
            """)
        #expect(parsed.problems == [])
        #expect(parsed.stack.runners.maxRunners == 2)
        #expect(
            parsed.stack.users == [
                UserRule(
                    user: "Alice@Example.org", maxRunners: 5, idleSeconds: 3600,
                    resources: Resources(memoryBytes: 4 << 30, cpuMillis: 1500, pids: 99)),
                UserRule(user: "bob", idleSeconds: 0),
            ])
    }

    @Test func mistakesAreNamedWithTheirLine() {
        let problems = parse(
            "users:\n  - {maxRunners: -1}\n  - {user: a, memory: none}\n  - {user: A}\n  - {user: b, role: x}"
        ).problems
        #expect(problems.map(\.line) == [2, 2, 3, 4, 5])
        #expect(
            problems.map(\.path) == [
                "users[0].maxRunners", "users[0].user", "users[1].memory", "users[2]", "users[3].role",
            ])
    }

    @Test func aRuleIsFoundBySlugOrAddressAndASlugComesFirst() throws {
        let byAddress = UserRule(user: "ALICE@example.org", maxRunners: 7)
        #expect(try resolve { $0.users = [byAddress] }.maxRunners == 7)
        #expect(try resolve { $0.users = [byAddress, UserRule(user: "alice", maxRunners: 3)] }.maxRunners == 3)
        #expect(try resolve { $0.users = [UserRule(user: "bob", maxRunners: 3)] }.maxRunners == nil)
    }

    @Test func theUsersOwnLimitWinsOverEverybodysAndZeroIsNone() throws {
        #expect(try resolve { $0.runners.maxRunners = 2 }.maxRunners == 2)
        #expect(
            try resolve {
                $0.runners.maxRunners = 2
                $0.users = [UserRule(user: "alice", maxRunners: 0)]
            }.maxRunners == nil)
    }

    @Test func resourcesWinOverTheBackendAndChangeTheFingerprintAloneOfAll() throws {
        let before = try resolve { $0.users = [UserRule(user: "alice")] }
        let limits = Resources(memoryBytes: 4 << 30, pids: 64)
        let after = try resolve { $0.users = [UserRule(user: "alice", resources: limits)] }
        let standard = StackSpec.RunnerDefaults().resources
        #expect(
            before.resolution.spec?.container.resources
                == Resources(memoryBytes: 1 << 30, cpuMillis: standard.cpuMillis, pids: standard.pids))
        #expect(
            after.resolution.spec?.container.resources
                == Resources(memoryBytes: 4 << 30, cpuMillis: standard.cpuMillis, pids: 64))
        let kept = try #require(before.resolution.spec?.fingerprint)
        #expect(after.resolution.spec?.fingerprint.matches(kept) == false)
        let others = try resolve { $0.users = [UserRule(user: "alice", maxRunners: 1, idleSeconds: 5)] }
        #expect(others.resolution.spec?.fingerprint.matches(kept) == true)
    }

    @Test func theFileWinsForTheIdleTimeThatItDeclaresAndSaysWhatItOverrules() throws {
        #expect(try resolve(backendIdle: 30) { _ in }.idle == IdleTime(seconds: 30, origin: .backend))
        #expect(try resolve { _ in }.idle == IdleTime(seconds: 600, origin: .stack))
        #expect(try resolve(own: 90, backendIdle: 30) { _ in }.idle == IdleTime(seconds: 90, origin: .own))
        let declared = try resolve(own: 90, backendIdle: 30) { $0.users = [UserRule(user: "alice", idleSeconds: 0)] }
        #expect(declared.idle == IdleTime(seconds: 0, origin: .users, overruled: 90))
        #expect(declared.want == .always)
        let pin = StackSpec.PinnedWish(user: "alice@example.org", backend: "hermes", ttl: .seconds(120))
        let pinned = try resolve(own: 120) {
            $0.users = [UserRule(user: "alice", maxRunners: 1, idleSeconds: 0)]
            $0.pinned = [pin]
        }
        #expect(pinned.idle == IdleTime(seconds: 120, origin: .pinned))
        #expect(pinned.want == .whileActive(idle: .seconds(120)))
        #expect(pinned.maxRunners == nil)
    }
}
