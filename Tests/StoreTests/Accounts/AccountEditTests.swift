import Spec
import Store
import Testing

@Suite struct AccountEditTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    @Test func aPasswordChangeNeedsThePresentOneAndEndsTheSessions() async throws {
        let alice = try await fixture.user("alice")
        #expect(try await store.changePassword(of: alice.id, from: "wrong", to: Secret("another one")) == nil)
        #expect(store.account(alice.id) == alice)
        let changed = try await store.changePassword(of: alice.id, from: "correct horse", to: Secret("another one"))
        #expect(changed?.sessionEpoch == alice.sessionEpoch + 1)
        #expect(store.account(alice.id) == changed)
        #expect(try await store.authenticate(email: alice.email, password: "correct horse") == nil)
        #expect(try await store.authenticate(email: alice.email, password: "another one") != nil)
        await #expect(throws: AccountError.passwordLength) {
            try await store.changePassword(of: alice.id, from: "another one", to: Secret("short"))
        }
    }

    @Test func ofManyPasswordChangesAtOnceOneSucceeds() async throws {
        let alice = try await fixture.user("alice")
        let changed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask { [store] in
                    let new = Secret("password \(number)")
                    return try await store.changePassword(of: alice.id, from: "correct horse", to: new) != nil
                }
            }
            return try await group.reduce(into: 0) { count, changed in count += changed ? 1 : 0 }
        }
        #expect(changed == 1)
        #expect(store.account(alice.id)?.sessionEpoch == alice.sessionEpoch + 1)
    }

    @Test func anEditIsDoneWholeOrNotAtAll() async throws {
        let alice = try await fixture.user("alice")
        await #expect(throws: AccountError.passwordLength) {
            try await store.editAccount(alice.id, AccountEdit(name: "Other", password: Secret("short")))
        }
        await #expect(throws: AccountError.nameInvalid) {
            try await store.editAccount(alice.id, AccountEdit(name: "\n", disabled: true))
        }
        #expect(store.account(alice.id) == alice)
        let edit = AccountEdit(name: "Other", password: Secret("another one"), disabled: true)
        let edited = try #require(try await store.editAccount(alice.id, edit))
        #expect((edited.name, edited.disabled, edited.sessionEpoch) == ("Other", true, alice.sessionEpoch + 1))
        #expect(try await store.editAccount(99, edit) == nil)
    }

    @Test func theAdminIsNeitherDisabledNorDeleted() async throws {
        let root = try await fixture.user("root", role: .admin)
        await #expect(throws: AccountError.adminProtected) {
            try await store.editAccount(root.id, AccountEdit(name: "Other", disabled: true))
        }
        await #expect(throws: AccountError.adminProtected) {
            try await store.beginDeletion(of: root.id, home: .keep)
        }
        #expect(try await store.finishDeletion(of: root.id) == nil)
        #expect(store.account(root.id) == root)
    }

    @Test func aDisabledUserGetsNoRunner() async throws {
        let alice = try await fixture.user("alice")
        let runner = RunnerID(user: "alice", backend: "demo")
        try await store.wish(runner, retry: false)
        _ = try await store.editAccount(alice.id, AccountEdit(disabled: true))
        await #expect(throws: StoreError.unknownUser("alice")) { try await store.wish(runner, retry: true) }
        await #expect(throws: StoreError.unknownUser("alice")) {
            try await store.wish(RunnerID(user: "alice", backend: "other"), retry: false)
        }
    }

    @Test func whoWasSeenIsWrittenDownOnceAMinute() async throws {
        let alice = try await fixture.user("alice")
        func seen() async throws -> Timestamp? { try await store.accountOverview(alice.id)?.lastSeenAt }
        #expect(try await seen() == nil)
        await store.noteSeen(alice.id)
        #expect(try await seen() == Timestamp(milliseconds: 1_000_000))
        fixture.clock.advance(by: .seconds(59))
        await store.noteSeen(alice.id)
        #expect(try await seen() == Timestamp(milliseconds: 1_000_000))
        fixture.clock.advance(by: .seconds(1))
        await store.noteSeen(alice.id)
        #expect(try await seen() == Timestamp(milliseconds: 1_060_000))
        let id = RunnerID(user: "alice", backend: "demo")
        try await store.wish(id, at: Timestamp(milliseconds: 2_000_000), retry: false)
        #expect(try await seen() == Timestamp(milliseconds: 2_000_000))
    }

    @Test func aDeletionIsMarkedFirstAndHasNoWayBack() async throws {
        let alice = try await fixture.user("alice")
        let marked = try #require(try await store.beginDeletion(of: alice.id, home: .remove))
        #expect(marked.disabled)
        #expect(try await store.deletions().map(\.home) == [.remove])
        // Asked for again, the first answer about the home stands.
        #expect(try await store.beginDeletion(of: alice.id, home: .keep) == marked)
        #expect(try await store.deletions().map(\.home) == [.remove])
        await #expect(throws: AccountError.beingDeleted) {
            try await store.editAccount(alice.id, AccountEdit(disabled: false))
        }
        try store.close()

        let reopened = try Store.open(in: fixture.folder)
        #expect(try await reopened.deletions().map(\.account.id) == [alice.id])
        #expect(try await reopened.finishDeletion(of: alice.id) == OwnedRows())
        #expect(reopened.account(alice.id) == nil)
        #expect(try await reopened.deletions().isEmpty)
    }

    @Test func onlyAMarkedAccountIsDeleted() async throws {
        let alice = try await fixture.user("alice")
        #expect(try await store.finishDeletion(of: alice.id) == nil)
        #expect(store.account(alice.id) == alice)
    }

    @Test func accountsAreListedNewestFirstInPages() async throws {
        for name in ["alice", "bob", "carol"] { try await fixture.user(name) }
        func slugs(_ query: AccountQuery) async throws -> [String] {
            try await store.accounts(query).map(\.account.slug)
        }
        #expect(try await slugs(AccountQuery()) == ["carol", "bob", "alice"])
        #expect(try await slugs(AccountQuery(limit: 2)) == ["carol", "bob"])
        #expect(try await slugs(AccountQuery(before: 2)) == ["alice"])
        #expect(try await slugs(AccountQuery(text: "BOB@")) == ["bob"])
        #expect(try await slugs(AccountQuery(text: "%")) == [])
    }

    @Test func whatAnotherProcessWritesIsTakenOver() async throws {
        let alice = try await fixture.user("alice")
        #expect(try await !store.followOtherProcesses())
        let other = try Store.open(in: fixture.folder)
        _ = try await other.editAccount(alice.id, AccountEdit(disabled: true))
        let bob = try await other.createAccount(
            NewAccount(email: "bob@example.com", password: Secret("correct horse")))
        #expect(store.account(alice.id) == alice)
        let nudges = fixture.nudges.value
        #expect(try await store.followOtherProcesses())
        #expect(store.account(alice.id)?.disabled == true)
        #expect(store.account(slug: "bob") == bob)
        #expect(fixture.nudges.value == nudges + 1)
        #expect(try await !store.followOtherProcesses())
        // The own writes are nobody else's.
        try await fixture.user("carol")
        #expect(try await !store.followOtherProcesses())
    }
}
