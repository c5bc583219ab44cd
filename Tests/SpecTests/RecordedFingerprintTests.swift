import Testing

@testable import Spec

/// What an earlier version made of the same files.
@Suite struct RecordedFingerprintTests {
    private static let stack = """
        instance: team
        paths: {dataRoot: /srv/data, backends: backends.json, seeds: seeds}
        runners: {memory: 2GiB, cpus: 1.5, pids: 512}
        sharedEnv: {LLM_BASE_URL: "https://models.example/v1"}
        """
    private static let backends = """
        [{"name": "hermes", "image": "hermes:1", "internal_port": 8642, "api_key_env": "API_KEY",
          "seed_subdir": "hermes-home", "mount_target": "/opt/data", "templated_files": ["config.yaml"],
          "cmd": ["gateway", "run"], "extra_env": {"MODE": "gateway"}, "extra_hosts": {"db.example": "10.0.0.1"},
          "user_overridable_env": ["LLM_MODEL", "LLM_API_KEY", "LLM_BASE_URL"], "dns": ["9.9.9.9"]},
         {"name": "plain", "image": "plain:2", "internal_port": 80}]
        """

    private func resolved() throws -> DesiredState {
        let stack = StackParser.parse(
            text: Self.stack, file: "stack.yaml", environment: StackParserTests.secrets, baseDirectory: "/base",
            readSecret: { _ in "" })
        let backends = BackendsParser.parse(text: Self.backends, file: "backends.json")
        try #require(stack.problems.isEmpty && backends.problems.isEmpty)
        var resolver = DesiredStateResolver(
            configuration: Configuration(
                stack: stack.stack, backends: backends.backends, seeds: ["hermes-home": Fixture.seed()]),
            revision: 1, processEnvironment: ["HOST_NAME": "box"], fingerprintKey: Fixture.key)
        return resolver.resolve(Fixture.stored(wishes: [Fixture.wish("hermes"), Fixture.wish("plain")]))
    }

    /// Recorded once. When a default of a file, the way it is read or the encoding changes one of these, every runner of
    /// every installation is recreated by the upgrade: give the new behaviour a key that is off until somebody sets it.
    @Test(arguments: [
        ("hermes", "v1:2b24cf432b91:3716a3184ea7:3f1e46be0a74"),
        ("plain", "v1:c1ecaf119ae5:8780ba41420b:8780ba41420b"),
    ]) func theSameFilesMakeTheSameContainer(backend: String, recorded: String) throws {
        let id = RunnerID(user: "alice", backend: backend)
        let fingerprint = try #require(try resolved().runners[id]?.resolution.spec?.fingerprint)
        #expect(fingerprint.description == recorded)
    }
}
