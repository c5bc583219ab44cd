import Spec
import Store
import Testing

@Suite struct SuspensionTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }
    private let id = RunnerID(user: "alice", backend: "demo")

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.user("alice")
    }

    @Test func aSuspensionOutlivesWishesAndEndsWithItsResumption() async throws {
        #expect(try await store.suspend(id, reason: "suspended: too loud"))
        #expect(try await !store.suspend(id, reason: "again"))
        try await store.wish(id, retry: true)
        #expect(try await store.storedState().wishes.first?.suspended == "suspended: too loud")
        let before = try await store.storedState().wishes.first?.generation ?? 0
        #expect(try await store.resume(id))
        #expect(try await !store.resume(id))
        let wish = try #require(try await store.storedState().wishes.first)
        #expect(wish.suspended == nil)
        #expect(wish.generation > before)
    }

    @Test func whoDidWhatIsInTheAuditLog() async throws {
        try await Actor.$current.withValue(Actor(kind: .commandLine)) {
            _ = try await store.suspend(id, reason: "suspended by the operator")
            _ = try await store.resume(id)
            try await store.recordApproval(ofRevision: 3, touching: 12)
        }
        let entries = try await store.auditEntries(AuditQuery())
        #expect(entries.prefix(3).map(\.action) == [.configApprove, .runnerResume, .runnerSuspend])
        #expect(entries.prefix(3).allSatisfy { $0.actor.kind == .commandLine })
        #expect(entries[0].target == "configuration 3" && entries[0].after == "12 runners")
    }

    @Test func ofSomebodyWhoIsNotThereNothingIsSuspended() async throws {
        await #expect(throws: StoreError.self) {
            try await store.suspend(RunnerID(user: "nobody", backend: "demo"), reason: "x")
        }
    }
}
