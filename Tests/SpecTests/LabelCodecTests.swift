import Testing

@testable import Spec

@Suite struct LabelCodecTests {
    private let request = ContainerRequest(
        name: "agstack-demo-alice", runner: RunnerID(user: "alice", backend: "demo"), generation: 7,
        fingerprint: Fingerprint(
            spec: "aa", seed: "bb", overrides: "cc",
            fields: ["image": "0123abcd", "env.LOG_LEVEL": "89abcdef", "seed.notes and/more.txt": "deadbeef"]
        ),
        spec: ContainerSpec(image: "demo:1", port: 8080)
    )

    @Test func whatIsWrittenIsReadBack() {
        let labels = LabelCodec.labels(installation: "abc", version: "1.2.3", request: request)
        let identity = LabelCodec.identity(from: labels)
        #expect(identity.runner == request.runner)
        #expect(identity.fingerprint == request.fingerprint)
        #expect(identity.generation == 7)
        #expect(labels[Labels.installation] == "abc")
        #expect(labels[Labels.version] == "1.2.3")
    }

    @Test func theLabelsNameTheSecretsAndHoldNoneOfThem() {
        var request = request
        request.spec.environment = [
            EnvironmentVariable("A_KEY", .secret(Secret("sk-1234"))), EnvironmentVariable("B_PLAIN", .plain("open")),
            EnvironmentVariable("C_KEY", .secret(Secret("sk-5678"))),
        ]
        let labels = LabelCodec.labels(installation: "abc", version: "1.2.3", request: request)
        #expect(labels[Labels.secrets] == "A_KEY\nC_KEY")
        #expect(!labels.values.contains { $0.contains("sk-") })
        let environment = ["A_KEY": "as it was started", "B_PLAIN": "open", "PATH": "/bin"]
        #expect(LabelCodec.secrets(in: environment, labels: labels) == [Secret("as it was started")])
        #expect(LabelCodec.secrets(in: environment, labels: [:]).isEmpty)
    }

    @Test(arguments: [
        [:], [Labels.user: "alice"], [Labels.user: "", Labels.backend: "demo", Labels.fingerprint: "v1:a:b"],
    ]) func unreadableLabelsGiveNil(labels: [String: String]) {
        let identity = LabelCodec.identity(from: labels)
        #expect(identity.runner == nil)
        #expect(identity.fingerprint == nil)
        #expect(identity.generation == nil)
    }

    @Test func fieldsThatCannotBeReadAreLeftOut() {
        let identity = LabelCodec.identity(from: [
            Labels.fingerprint: "v1:a:b:c", Labels.fields: "nonsense\n1234 image",
        ])
        #expect(identity.fingerprint == Fingerprint(spec: "a", seed: "b", overrides: "c", fields: ["image": "1234"]))
    }
}
