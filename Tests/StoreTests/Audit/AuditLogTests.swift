import GRDB
import Spec
import Store
import Testing

@Suite struct AuditLogTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }
    private let runner = RunnerID(user: "alice", backend: "demo")

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.user("alice")
        try await store.wish(runner, retry: false)
    }

    @Test func anEntrySaysWhoDidWhatAndFromWhere() async throws {
        let actor = Actor(kind: .account(7, email: "boss@example.com"), requestID: "req_1", address: "192.0.2.1")
        let isDone = try await Actor.$current.withValue(actor) { try await store.recycle(runner) }
        #expect(isDone)
        let entry = try #require(try await store.auditEntries(AuditQuery(limit: 1)).first)
        #expect(entry.actor == actor)
        #expect(entry.action == .runnerRecycle)
        #expect(entry.target == "alice/demo")
        #expect(entry.at == Timestamp(milliseconds: 1_000_000))
    }

    @Test func whatNobodyAskedForIsTheSystems() async throws {
        #expect(try await store.withdraw(runner, reason: "stopped"))
        #expect(try await store.auditEntries(AuditQuery(limit: 1)).first?.actor == Actor(kind: .system))
    }

    @Test func whatChangesNothingLeavesNoEntry() async throws {
        let before = try await store.auditEntries(AuditQuery())
        #expect(try await !store.recycle(RunnerID(user: "alice", backend: "none")))
        try await store.setIdleSeconds(60, for: runner)
        try await store.setIdleSeconds(60, for: runner)
        let entries = try await store.auditEntries(AuditQuery())
        #expect(entries.dropLast(before.count).map(\.action) == [.runnerIdle])
    }

    @Test func entriesAreFoundByActorActionTargetAndTime() async throws {
        func found(_ query: AuditQuery) async throws -> [String] {
            try await store.auditEntries(query).filter { $0.action != .userCreate }.map(\.target)
        }
        try await fixture.user("alice-b")
        let other = RunnerID(user: "alice-b", backend: "demo")
        try await store.wish(other, retry: false)
        let boss = Actor(kind: .account(7, email: "Boss@example.com"))
        try await Actor.$current.withValue(boss) { _ = try await store.recycle(runner) }
        fixture.clock.advance(by: .seconds(10))
        _ = try await store.withdraw(other, reason: "stopped")
        let now = Timestamp(milliseconds: 1_010_000)

        #expect(try await found(AuditQuery()) == ["alice-b/demo", "alice/demo"])
        #expect(try await found(AuditQuery(actor: "BOSS@EXAMPLE.com")) == ["alice/demo"])
        #expect(try await found(AuditQuery(actor: "system")) == ["alice-b/demo"])
        #expect(try await found(AuditQuery(action: .runnerStop)) == ["alice-b/demo"])
        #expect(try await found(AuditQuery(target: "alice")) == ["alice/demo"])
        #expect(try await found(AuditQuery(since: now)) == ["alice-b/demo"])
        #expect(try await found(AuditQuery(until: now)) == ["alice/demo"])
        let newest = try #require(try await store.auditEntries(AuditQuery(limit: 1)).first)
        #expect(try await found(AuditQuery(before: newest.id)) == ["alice/demo"])
    }

    @Test func anEntryIsNeverRewritten() async throws {
        _ = try await store.recycle(runner)
        let raw = try fixture.rawConnection()
        #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: "UPDATE audit SET target = 'bob'") } }
    }
}
