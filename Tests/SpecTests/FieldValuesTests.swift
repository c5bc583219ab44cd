import Testing

@testable import Spec

@Suite struct FieldValuesTests {
    private func values(_ edit: (inout ContainerSpec) -> Void = { _ in }) -> FieldValues {
        var container = ContainerSpec(
            image: "demo:1",
            environment: [
                EnvironmentVariable("AGENT_USER_EMAIL", .plain("a@example.test")),
                EnvironmentVariable("API_TOKEN", .plain("hush")), EnvironmentVariable("GREETING", .plain("hi")),
                EnvironmentVariable("LLM_MODEL", .secret(Secret("gpt"))),
                EnvironmentVariable("PROXY", .plain("http://me:hush@proxy")),
            ], port: 8080, resources: Resources(memoryBytes: 128 << 20, cpuMillis: 1500))
        edit(&container)
        return FieldValues(text: FieldValues(name: "demo-alice", container: container).text)
    }

    @Test func aChangeIsToldWithBothValues() {
        let before = values()
        let after = values {
            $0.image = "demo:2"
            $0.resources = Resources(memoryBytes: 1 << 30, pids: 64)
            $0.environment = [EnvironmentVariable("GREETING", .plain("hello"))]
            $0.extraHosts = ["a.test": "10.0.0.1"]
        }
        #expect(before.change(of: "image", to: after) == "from demo:1 to demo:2")
        #expect(before.change(of: "env.GREETING", to: after) == "from \"hi\" to \"hello\"")
        #expect(before.change(of: "resources.memory", to: after) == "from 128MiB to 1GiB")
        #expect(before.change(of: "resources.cpus", to: after) == "from 1.5 to unset")
        #expect(before.change(of: "resources.pids", to: after) == "from unset to 64")
        #expect(before.change(of: "host.a.test", to: after) == "from unset to 10.0.0.1")
    }

    @Test(arguments: ["env.API_TOKEN", "env.AGENT_USER_EMAIL", "override.LLM_MODEL", "seed.config.yaml"])
    func aSecretChangeIsToldWithoutValues(path: String) {
        #expect(values().change(of: path, to: values { $0.environment = [] }) == nil)
    }

    @Test func nothingSecretIsWrittenDown() {
        let text = values { $0.command = ["--key=hush", "--mode", "fast", "sk-1234"] }.text
        #expect(!text.contains("hush") && !text.contains("gpt") && !text.contains("example.test"))
        #expect(!text.contains("sk-1234"))
        #expect(text.contains("cmd\t••• --mode fast •••"))
    }

    @Test func aValueIsOneLineOfBoundedLength() {
        let values = values {
            $0.environment = [EnvironmentVariable("A", .plain("one\ntwo\t" + String(repeating: "x ", count: 500)))]
        }
        #expect(values["env.A"]?.count == 81)
        #expect(values["env.A"]?.contains { $0.isNewline || $0 == "\t" } == false)
    }

    @Test func ofAContainerWithoutTheLabelNothingIsKnown() {
        #expect(FieldValues(text: nil).change(of: "image", to: values()) == nil)
    }

    /// The paths are those of the fingerprint, else no change would ever be told with its values.
    @Test func thePathsAreThoseOfTheFingerprint() throws {
        var backend = Fixture.backend()
        backend.command = ["a"]
        backend.user = "1"
        backend.dns = ["10.0.0.1"]
        backend.extraNetworks = ["n"]
        backend.extraHosts = ["a.example": "10.0.0.1"]
        backend.resources = Resources(memoryBytes: 1, cpuMillis: 1, pids: 1)
        backend.hardening = Hardening(addCapabilities: ["CHOWN"], tmpfs: ["/tmp"])
        var resolver = DesiredStateResolver(
            configuration: Fixture.configuration([backend], seed: Fixture.seed()), revision: 1,
            processEnvironment: ["HOST_NAME": "box"], fingerprintKey: Fixture.key)
        let spec = try #require(resolver.resolve(Fixture.stored()).runners[Fixture.runner]?.resolution.spec)
        let paths = FieldValues(name: spec.containerName, container: spec.container).paths
        #expect(paths.count > 20)
        for path in paths { #expect(spec.fingerprint.fields[path] != nil, "\(path)") }
    }
}
