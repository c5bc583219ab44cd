import Spec
import Store
import Testing

@Suite struct AccountDirectoryTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func memoryFollowsTheWrites() async throws {
        #expect(store.account(slug: "alice") == nil)
        let alice = try await fixture.user("alice")
        #expect(store.account(slug: "alice") == alice)
        #expect(store.account(alice.id) == alice)
        try await fixture.delete(alice)
        #expect(store.account(slug: "alice") == nil)
        #expect(store.account(alice.id) == nil)
    }

    @Test func memoryDoesNotFollowARefusedWrite() async throws {
        try await fixture.user("root", role: .admin)
        let nudges = fixture.nudges.value
        await #expect(throws: AccountError.adminExists) { try await fixture.user("other", role: .admin) }
        #expect(store.account(slug: "other") == nil)
        #expect(fixture.nudges.value == nudges)
    }

    @Test func aRevokedSessionIsForgottenOnceItWouldHaveEnded() async throws {
        try await store.revokeSession("one", expiresAt: Timestamp(milliseconds: 1_010_000))
        #expect(store.isSessionRevoked("one"))
        #expect(!store.isSessionRevoked("two"))

        fixture.clock.advance(by: .seconds(10))
        try await store.revokeSession("two", expiresAt: Timestamp(milliseconds: 9_000_000))
        #expect(!store.isSessionRevoked("one"))
        #expect(store.isSessionRevoked("two"))
        try store.close()
        let reopened = try Store.open(in: fixture.folder)
        #expect(!reopened.isSessionRevoked("one"))
        #expect(reopened.isSessionRevoked("two"))
    }
}
