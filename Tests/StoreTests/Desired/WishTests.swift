import Spec
import Store
import Testing

@Suite struct WishTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }
    private let id = RunnerID(user: "alice", backend: "demo")

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.user("alice")
    }

    private func wish() async throws -> StoredWish { try #require(try await fixture.wish(of: id)) }

    @Test func aFirstWishGetsAKeyOfItsOwn() async throws {
        try await store.wish(id, at: Timestamp(milliseconds: 5), retry: false)
        try await store.wish(RunnerID(user: "alice", backend: "other"), retry: false)
        let wishes = try await store.storedState().wishes
        #expect(wishes.map(\.id.backend) == ["demo", "other"])
        #expect(wishes.map(\.generation) == [1, 1])
        #expect(wishes[0].lastActivity == Timestamp(milliseconds: 5))
        #expect(wishes[0].withdrawn == nil)
        for wish in wishes {
            #expect(wish.apiKey.reveal().wholeMatch(of: /[0-9a-f]{48}/) != nil)
        }
        #expect(wishes[0].apiKey != wishes[1].apiKey)
    }

    @Test func aFurtherWishOnlyMovesTheActivityForward() async throws {
        try await store.wish(id, at: Timestamp(milliseconds: 50), retry: false)
        let first = try await wish()
        try await store.wish(id, at: Timestamp(milliseconds: 90), retry: false)
        try await store.wish(id, at: Timestamp(milliseconds: 70), retry: false)
        var expected = first
        expected.lastActivity = Timestamp(milliseconds: 90)
        #expect(try await wish() == expected)
    }

    @Test func aRecycleIsCountedAndIsANewGeneration() async throws {
        try await store.wish(id, retry: false)
        #expect(try await store.recycle(id))
        #expect(try await wish().recycles == 1)
        #expect(try await wish().generation == 2)

        _ = try await store.withdraw(id, reason: "stopped")
        #expect(try await !store.recycle(id))
        #expect(try await wish().recycles == 1)
    }

    @Test func retryAndTheReturnAfterAWithdrawalAreNewGenerations() async throws {
        try await store.wish(id, retry: false)
        try await store.wish(id, retry: true)
        #expect(try await wish().generation == 2)

        #expect(try await store.withdraw(id, reason: "stopped by alice"))
        let withdrawn = try await wish()
        #expect(withdrawn.withdrawn == "stopped by alice")
        #expect(withdrawn.generation == 3)

        try await store.wish(id, retry: true)
        let again = try await wish()
        #expect(again.withdrawn == nil)
        #expect(again.generation == 4)
        #expect(again.apiKey == withdrawn.apiKey)
    }

    @Test func onlyAWishThatStandsCanBeWithdrawn() async throws {
        #expect(try await store.withdraw(id, reason: "x") == false)
        try await store.wish(id, retry: false)
        #expect(try await store.withdraw(id, reason: "x"))
        let nudges = fixture.nudges.value
        #expect(try await store.withdraw(id, reason: "y") == false)
        #expect(fixture.nudges.value == nudges)
        #expect(try await wish().withdrawn == "x")
    }

    @Test func manyWishesAtOnceMakeOneRow() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { [store, id] in try await store.wish(id, retry: false) } }
            try await group.waitForAll()
        }
        #expect(try await store.storedState().wishes.map(\.generation) == [1])
    }

    @Test func aWishOfNobodyIsRefused() async {
        await #expect(throws: StoreError.unknownUser("bob")) {
            try await store.wish(RunnerID(user: "bob", backend: "demo"), retry: false)
        }
    }

    @Test func idleSecondsHoldWithoutAWishAndNudgeOnlyWhenTheyChange() async throws {
        #expect(try await store.idleSeconds(ofUser: "alice") == [:])
        let nudges = fixture.nudges.value
        try await store.setIdleSeconds(60, for: id)
        try await store.setIdleSeconds(60, for: id)
        #expect(fixture.nudges.value == nudges + 1)
        #expect(try await store.idleSeconds(ofUser: "alice") == ["demo": 60])

        try await store.wish(id, retry: false)
        #expect(try await wish().idleSeconds == 60)
        try await store.setIdleSeconds(0, for: id)
        #expect(try await wish().idleSeconds == 0)
        #expect(try await wish().generation == 1)
    }
}
