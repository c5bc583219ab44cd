import Testing

@testable import Spec

/// Which runners an edit of a value concerns.
@Suite struct ValuesChangeTests {
    private let configuration: Configuration = {
        var hermes = Fixture.backend()
        hermes.userOverridableEnv = ["KEY"]
        var claw = hermes
        claw.name = "claw"
        var plain = hermes
        plain.name = "plain"
        plain.userOverridableEnv = ["OTHER"]
        var gone = hermes
        gone.name = "gone"
        gone.disabled = true
        return Configuration(stack: StackSpec(), backends: [hermes, claw, plain, gone])
    }()
    private let everybody = ["alice", "bob", "root"].flatMap { user in
        ["hermes", "claw", "plain", "gone", "unknown"].map { RunnerID(user: user, backend: $0) }
    }

    private func concerned(
        _ before: StoredValues, _ after: StoredValues, wished: [RunnerID]? = nil, stack: [String: Secret] = [:]
    ) -> [String] {
        var configuration = configuration
        configuration.stack.sharedEnv = stack
        let change = ValuesChange(variable: "KEY", before: before, after: after, wished: wished ?? everybody)
        return change.concerned(under: configuration).map(\.description).sorted()
    }

    private func values(_ overrides: [String: [String: String]], shared: Bool = false) -> StoredValues {
        StoredValues(
            overrides: overrides.mapValues { rows in rows.mapValues { ["KEY": Secret($0)] } },
            shared: shared ? ["KEY"] : [], adminSlug: "root")
    }

    @Test func aValueForOneBackendConcernsThatRunner() {
        #expect(concerned(values([:]), values(["alice": ["claw": "a"]])) == ["alice/claw"])
    }

    @Test func aValueForAllConcernsThoseWithoutANearerOne() {
        let own = ["alice": ["claw": "nearer"]]
        #expect(concerned(values(own), values(["alice": ["claw": "nearer", "": "a"]])) == ["alice/hermes"])
    }

    @Test func whatTheAdminSharesConcernsWhoeverHasNothingNearer() {
        let before = values(["root": ["": "old"], "bob": ["": "own"]], shared: true)
        let after = values(["root": ["": "new"], "bob": ["": "own"]], shared: true)
        #expect(concerned(before, after) == ["alice/claw", "alice/hermes", "root/claw", "root/hermes"])
    }

    @Test func turningASharingOffConcernsThoseWhoLivedOnIt() {
        let rows = ["root": ["": "v"], "bob": ["hermes": "own"]]
        #expect(
            concerned(values(rows, shared: true), values(rows)) == ["alice/claw", "alice/hermes", "bob/claw"])
    }

    @Test func theSameValueFromAnotherTierConcernsNobody() {
        let rows = ["root": ["": "v"]]
        #expect(concerned(values(rows), values(rows, shared: true), stack: ["KEY": Secret("v")]) == [])
        #expect(concerned(values(["alice": ["": "v"]]), values(["alice": ["": "v", "claw": "v"]])) == [])
    }

    @Test func everybodyIsConcernedByWhatIsSharedAndByNothingElse() {
        let rows = ["root": ["": "v"]]
        func concernsEverybody(_ before: StoredValues, _ after: StoredValues) -> Bool {
            ValuesChange(variable: "KEY", before: before, after: after, wished: []).concernsEverybody
        }
        #expect(concernsEverybody(values(rows), values(rows, shared: true)))
        #expect(concernsEverybody(values(rows, shared: true), values(["root": ["": "w"]], shared: true)))
        #expect(concernsEverybody(values([:]), values([:], shared: true)))
        #expect(!concernsEverybody(values(rows), values(["root": ["": "w"]])))
        #expect(!concernsEverybody(values(rows, shared: true), values(["root": ["": "v", "claw": "w"]], shared: true)))
        #expect(
            !concernsEverybody(values(rows, shared: true), values(["root": ["": "v"], "bob": ["": "w"]], shared: true)))
    }

    @Test func onlyWishedRunnersOfOfferedBackendsThatListTheVariableCount() {
        let only = [RunnerID(user: "alice", backend: "plain"), RunnerID(user: "alice", backend: "gone")]
        #expect(concerned(values([:]), values(["alice": ["": "v"]]), wished: only) == [])
    }
}
