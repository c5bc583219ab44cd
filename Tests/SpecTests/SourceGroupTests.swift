import Testing

@testable import Spec

@Suite struct SourceGroupTests {
    private func machine(_ text: String) -> ParsedStack {
        StackParser.parse(
            text: text, file: "stack.yaml", environment: [:], baseDirectory: "/etc/operatord",
            readSecret: { "contents of \($0)" })
    }

    private func repository(
        _ text: String, machine: String = "source: {git: https://git.example.org/x.git}",
        environment: [String: String] = [:]
    ) -> ParsedStack {
        StackParser.parse(
            text: text, file: "stack.yaml", environment: environment, baseDirectory: "/data/source/c/tree/prod",
            requiringSecrets: false,
            repository: RepositoryPlace(
                machine: self.machine(machine).stack, root: "/data/source/c/tree", machineDirectory: "/etc/operatord"),
            readSecret: { "contents of \($0)" })
    }

    @Test func theMachinesFileHoldsSourceAndPathsAndNeedsNoSecret() {
        let parsed = machine(
            """
            source: {git: "git@host:team/x.git", ref: release/1, path: prod, interval: 5m, secrets: /run/secrets,
                     password: {file: token}}
            paths: {dataRoot: /srv/data}
            """)
        #expect(parsed.problems == [])
        #expect(
            parsed.stack.source
                == SourceSpec(
                    url: "git@host:team/x.git", ref: "release/1", path: "prod", interval: .seconds(300),
                    secrets: "/run/secrets", username: "git", password: Secret("contents of /etc/operatord/token")))
        #expect(parsed.stack.paths.dataRoot == "/srv/data")
        let short = machine("source: {git: /srv/x.git}").stack.source
        #expect(short == SourceSpec(url: "/srv/x.git", secrets: "/etc/operatord/secrets"))
    }

    @Test func anythingElseBelongsToTheRepository() {
        let problems = machine("instance: x\nsource: {git: /srv/x.git}\npaths: {seeds: s, dataRoot: d}\nauth: {}")
            .problems
        #expect(problems.map(\.path) == ["instance", "paths.seeds", "auth"])
        #expect(problems.map(\.line) == [1, 3, 4])
        #expect(problems.allSatisfy { $0.remedy.contains("stack.yaml of the repository") })
    }

    @Test func theMachinesThingsAreRefusedInTheRepository() {
        let problems = repository(
            "source: {git: /x}\npaths:\n  dataRoot: d\n  hostRoot: h\n  usersRoot: u\n  database: x\n  frontend: f"
        ).problems
        #expect(
            problems.map(\.path)
                == [
                    "source", "paths.dataRoot", "paths.hostRoot", "paths.usersRoot", "paths.database", "paths.frontend",
                ])
    }

    @Test func filesOfTheRepositoryAreInsideIt() {
        let good = repository("paths: {backends: ../common/b.json, seeds: s}")
        #expect(good.problems == [])
        #expect(good.stack.paths.backends == "/data/source/c/tree/common/b.json")
        #expect(good.stack.paths.seeds == "/data/source/c/tree/prod/s")
        #expect(good.stack.paths.dataRoot == "/etc/operatord/data")
        let bad = repository("paths: {backends: ../../b.json, seeds: /etc}")
        #expect(bad.problems.map(\.path) == ["paths.backends", "paths.seeds"])
        // The operator may say so by environment.
        let operators = repository("", environment: ["SEEDS_ROOT": "seeds"])
        #expect(operators.stack.paths.seeds == "/etc/operatord/seeds")
    }

    @Test func secretsAreReadFromTheMachinesFolderAlone() {
        let stack = "sharedEnv:\n  A: {file: a}\n  B: {file: /etc/operatord/secrets/b}"
        let good = repository(stack)
        #expect(good.problems == [])
        #expect(good.stack.sharedEnv["A"] == Secret("contents of /etc/operatord/secrets/a"))
        #expect(good.stack.sharedEnv["B"] == Secret("contents of /etc/operatord/secrets/b"))
        for path in ["../stack.yaml", "/etc/shadow", "/etc/operatord/secrets-of-others/x", "a/../../b"] {
            let problems = repository("sharedEnv:\n  A: {file: \(path)}").problems
            #expect(problems.count == 1)
            #expect(problems.first?.message.contains("is outside of /etc/operatord/secrets") == true, "\(path)")
        }
    }

    @Test(arguments: [
        "https://host/x.git", "http://127.0.0.1:8080/x", "ssh://git@host:22/x", "git@host:x.git", "host:x",
        "git://host/x",
        "file:///srv/x.git", "/srv/x.git",
    ])
    func aRepositoryIs(_ url: String) { #expect(SourceAddress.isUsable(url)) }

    @Test(arguments: [
        "", "x.git", "../x.git", "ext::sh -c id", "ext::sh", "--upload-pack=id", "https://",
        "https://user:secret@host/x",
        "https://token@host/x", "ssh://git:secret@host/x", "ssh://-oProxyCommand=id/x", "ftp://host/x", "https://h/a b",
        "git@host:",
    ])
    func noRepositoryIs(_ url: String) { #expect(!SourceAddress.isUsable(url)) }

    @Test(arguments: ["-x", "a..b", "a b", "a:b", "a^", "a~1", "a.lock", "@{u}", "a/../b", "/a", "a\\b", "a*"])
    func noRefIs(_ ref: String) { #expect(!SourceAddress.isRef(ref)) }

    @Test func whatIsShownHasNoUser() {
        #expect(SourceAddress.shown("ssh://git@host/x") == "ssh://host/x")
        #expect(SourceAddress.shown("https://host/a@b") == "https://host/a@b")
    }
}
