import Spec
import Store
import Testing

@Suite struct UpstreamValueTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.user("root", role: .admin)
        try await fixture.user("alice")
        for user in ["alice", "root"] {
            for backend in ["demo", "other"] {
                try await store.wish(RunnerID(user: user, backend: backend), retry: false)
            }
        }
    }

    private func generations() async throws -> [String: Int64] {
        try await Dictionary(
            uniqueKeysWithValues: store.storedState().wishes.map { ($0.id.description, $0.generation) })
    }

    @Test func aValueIsKeptByTierAndDeletedByAnEmptyOne() async throws {
        #expect(
            try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("global")) != nil)
        #expect(
            try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: Secret("own")) != nil)
        var overrides = try await store.storedState().values.overrides
        #expect(overrides == ["alice": ["": ["KEY": Secret("global")], "demo": ["KEY": Secret("own")]]])

        #expect(try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("")) != nil)
        #expect(try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: nil) != nil)
        overrides = try await store.storedState().values.overrides
        #expect(overrides.isEmpty)
    }

    @Test func anEditTellsWhatItsTransactionSaw() async throws {
        try await store.setOverride(user: "alice", backend: "", variable: "OTHER", value: Secret("unconcerned"))
        _ = try await store.withdraw(RunnerID(user: "alice", backend: "other"), reason: "stopped")
        try await store.setOverride(user: "root", backend: "", variable: "KEY", value: Secret("first"))

        let shared = try #require(try await store.setShared(variable: "KEY", true))
        #expect(shared.before.shared.isEmpty && shared.after.shared == ["KEY"])
        #expect(shared.before.overrides == ["root": ["": ["KEY": Secret("first")]]])
        #expect(shared.after.adminSlug == "root")
        #expect(Set(shared.wished.map(\.description)) == ["alice/demo", "root/demo", "root/other"])

        let own = try #require(
            try await store.setOverride(user: "root", backend: "demo", variable: "KEY", value: Secret("own")))
        #expect(own.wished.map(\.description) == ["root/demo"])
        #expect(own.before.overrides["root"]?["demo"] == nil)
        #expect(own.after.overrides["root"]?["demo"] == ["KEY": Secret("own")])
    }

    @Test func aUserSeesTheOwnRowsAndWhatTheAdminMayShare() async throws {
        try await store.setOverride(user: "root", backend: "", variable: "KEY", value: Secret("admin's"))
        try await store.setOverride(user: "root", backend: "demo", variable: "KEY", value: Secret("admin's only"))
        try await fixture.user("bob")
        try await store.setOverride(user: "bob", backend: "", variable: "KEY", value: Secret("bob's"))
        try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: Secret("alice's"))
        let values = try await store.upstreamValues(ofUser: "alice")
        #expect(
            values.overrides == [
                "alice": ["demo": ["KEY": Secret("alice's")]], "root": ["": ["KEY": Secret("admin's")]],
            ])
        #expect(values.adminSlug == "root")
    }

    @Test func editsAreAuditedWithoutTheirValues() async throws {
        let actor = Actor(kind: .account(7, email: "alice@example.com"), requestID: "req_1", address: "10.0.0.1")
        try await Actor.$current.withValue(actor) {
            try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("sk-1234"))
            try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: Secret("sk-1234"))
            try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: Secret("sk-5678"))
            try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: Secret("sk-5678"))
            try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: nil)
            try await store.setShared(variable: "KEY", true)
            try await store.setShared(variable: "KEY", true)
            try await store.setShared(variable: "KEY", false)
        }
        let entries = try await store.auditEntries(AuditQuery()).filter { $0.actor == actor }
        let lines = entries.reversed().map { entry in
            "\(entry.action.rawValue) \(entry.target) \(entry.before ?? "-") \(entry.after ?? "-")"
        }
        #expect(
            lines == [
                "key.set alice/KEY unset set", "key.set alice/demo/KEY unset set", "key.set alice/demo/KEY set set",
                "key.delete alice/KEY set unset", "share.on shared:KEY - -", "share.off shared:KEY - -",
            ])
    }

    @Test func theSameValueAgainChangesNothing() async throws {
        try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("v"))
        let (nudges, before) = (fixture.nudges.value, try await generations())
        #expect(try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("v")) == nil)
        #expect(try await store.setOverride(user: "alice", backend: "", variable: "OTHER", value: nil) == nil)
        #expect(fixture.nudges.value == nudges)
        #expect(try await generations() == before)
    }

    @Test func aValueIsANewGenerationOfTheWishesItMayConcern() async throws {
        try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: Secret("v"))
        #expect(
            try await generations() == ["alice/demo": 2, "alice/other": 1, "root/demo": 1, "root/other": 1])
        try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("v"))
        #expect(
            try await generations() == ["alice/demo": 3, "alice/other": 2, "root/demo": 1, "root/other": 1])
    }

    @Test func whatTheAdminSharesConcernsEverybody() async throws {
        try await store.setOverride(user: "root", backend: "", variable: "KEY", value: Secret("v"))
        #expect(try await store.setShared(variable: "KEY", true) != nil)
        #expect(try await store.setShared(variable: "KEY", true) == nil)
        #expect(
            try await generations() == ["alice/demo": 2, "alice/other": 2, "root/demo": 3, "root/other": 3])
        try await store.setOverride(user: "root", backend: "", variable: "KEY", value: Secret("w"))
        #expect(
            try await generations() == ["alice/demo": 3, "alice/other": 3, "root/demo": 4, "root/other": 4])
        try await store.setOverride(user: "root", backend: "demo", variable: "KEY", value: Secret("w"))
        #expect(try await generations()["alice/demo"] == 3)

        #expect(try await store.storedState().values.shared == ["KEY"])
        #expect(try await store.setShared(variable: "KEY", false) != nil)
        #expect(try await store.storedState().values.shared == [])
    }
}
