import Foundation
import Testing

@testable import Spec

@Suite struct ShippedFilesTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    private func seeds() throws -> [String: SeedTree] {
        var seeds: [String: SeedTree] = [:]
        for (folder, files) in [
            "hermes-home": ["config.yaml", "workspace/.keep"], "nanobot-home": ["config.json"],
            "openclaw-home": ["openclaw.json"],
        ] {
            seeds[folder] = SeedTree(
                files: try files.map { SeedFile(path: $0, contents: Array(try text("seeds/\(folder)/\($0)").utf8)) }
            )
        }
        return seeds
    }

    private func stack(_ text: String?) -> ParsedStack {
        StackParser.parse(
            text: text, file: "stack.yaml", environment: StackParserTests.secrets, baseDirectory: "/base",
            readSecret: { _ in String(repeating: "s", count: 64) }
        )
    }

    @Test func theStackSpellsOutTheDefaults() throws {
        let shipped = stack(try text("stack.yaml"))
        #expect(shipped.problems.isEmpty, "\(shipped.problems)")
        #expect(shipped.stack == stack(nil).stack)
    }

    @Test func whatIsCommentedOutInTheStackIsValidToo() throws {
        let whole = try text("stack.yaml").split(separator: "\n", omittingEmptySubsequences: false).map {
            line -> String in
            let indentation = line.prefix { $0 == " " }
            let rest = line.dropFirst(indentation.count)
            // Prose has one blank after its sign; settings have none, or two and more.
            guard rest.hasPrefix("#"), !rest.hasPrefix("# ") || rest.hasPrefix("#  ") else { return String(line) }
            return String(indentation + rest.dropFirst())
        }.joined(separator: "\n")
        let parsed = stack(whole)
        #expect(parsed.problems.isEmpty, "\(parsed.problems)")
        #expect(parsed.stack.pinned.count == 2)
        #expect(parsed.stack.auth.bootstrapAdmin?.email == "admin@example.org")
    }

    @Test func theBackendsAndTheirSeedsAreValidTogether() throws {
        let backends = BackendsParser.parse(text: try text("backends.json"), file: "backends.json")
        #expect(backends.problems.isEmpty, "\(backends.problems)")
        #expect(backends.backends.map(\.name) == ["demo", "openclaw", "hermes-agent", "nanobot"])
        let stack = stack(try text("stack.yaml"))
        let configuration = Configuration(stack: stack.stack, backends: backends.backends, seeds: try seeds())
        let problems = ConfigurationValidator.validate(
            configuration, stack: stack.source, backends: backends.source, processEnvironment: [:]
        )
        #expect(problems.isEmpty, "\(problems)")
    }

    @Test func theDemoStartsWithoutAnyValue() throws {
        let backends = BackendsParser.parse(text: try text("backends.json"), file: "backends.json").backends
        var resolver = Fixture.resolver(Fixture.configuration(backends))
        let state = resolver.resolve(Fixture.stored(wishes: [Fixture.wish("demo")], values: StoredValues()))
        let spec = try #require(state.runners[RunnerID(user: "alice", backend: "demo")]?.resolution.spec)
        #expect(spec.container.image == "operatord/demo-agent:latest")
        #expect(spec.container.mounts.isEmpty)
        #expect(spec.container.hardening.readOnlyRoot)
    }

    @Test func everyKeyAndVariableIsDocumented() throws {
        let document = try text("docs/configuration.md")
        let groups: [[String]] = [
            StackKey.allCases.map(\.rawValue), SourceKey.allCases.map(\.rawValue),
            PathsKey.allCases.map(\.rawValue), ListenKey.allCases.map(\.rawValue),
            EngineKey.allCases.map(\.rawValue), ReconcileKey.allCases.map(\.rawValue),
            RunnersKey.allCases.map(\.rawValue), HardeningKey.allCases.map(\.rawValue),
            PinnedKey.allCases.map(\.rawValue), AuthKey.allCases.map(\.rawValue),
            BootstrapAdminKey.allCases.map(\.rawValue), ProxyKey.allCases.map(\.rawValue),
            LimitsKey.allCases.map(\.rawValue),
            BackendKey.allCases.map(\.rawValue), BackendResourcesKey.allCases.map(\.rawValue),
            BackendHardeningKey.allCases.map(\.rawValue), OperatorVariable.allCases.map(\.rawValue),
        ]
        #expect(groups.flatMap { $0 }.filter { !document.contains("`\($0)`") } == [])
    }
}
