import Testing

@testable import Spec

@Suite struct ConfigurationValidatorTests {
    private func reports(_ configuration: Configuration, environment: [String: String] = [:]) -> [String] {
        ConfigurationValidator.validate(
            configuration, stack: SourceMap(file: "stack.yaml", lines: ["pinned[0].backend": 9]),
            backends: SourceMap(file: "backends.json", lines: ["backends[0].templated_files[0]": 5]),
            processEnvironment: environment
        ).map(\.description)
    }

    @Test func aGoodConfigurationHasNoProblem() {
        #expect(reports(Fixture.configuration(), environment: ["HOST_NAME": "box"]) == [])
    }

    @Test func anUnknownVariableIsNamedWithItsFileAndLine() {
        let configuration = Fixture.configuration(seed: Fixture.seed("a: 1\nb: ${JWT_SECRET}\n"))
        #expect(
            reports(configuration, environment: ["JWT_SECRET": "x"]) == [
                "/etc/seeds/hermes-home/config.yaml:2: ${JWT_SECRET}: No runner of hermes has this variable. Add it to "
                    + "extra_env or user_overridable_env, or write $${JWT_SECRET} for the text itself."
            ])
    }

    @Test func aMissingSeedOrFileIsNamed() {
        var configuration = Fixture.configuration(seed: SeedTree(files: [SeedFile(path: "config.yml", contents: [])]))
        #expect(
            reports(configuration) == [
                "backends.json:5: backends[0].templated_files[0]: There is no file \"config.yaml\" in the seed hermes-home. "
                    + "Did you mean \"config.yml\"?"
            ])
        configuration.seeds = [:]
        #expect(
            reports(configuration) == [
                "backends.json: backends[0].seed_subdir: There is no folder \"hermes-home\" in /etc/seeds. Make it, or take "
                    + "seed_subdir out."
            ])
    }

    @Test func aPinOfAnUnknownBackendIsNamed() {
        let configuration = Fixture.configuration { $0.pinned = [.init(user: "alice", backend: "hermse")] }
        #expect(
            reports(configuration, environment: ["HOST_NAME": "box"]) == [
                "stack.yaml:9: pinned[0].backend: There is no backend \"hermse\". Did you mean \"hermes\"?"
            ])
    }
}
