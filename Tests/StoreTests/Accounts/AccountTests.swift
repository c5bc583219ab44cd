import GRDB
import Spec
import Store
import Testing

@Suite struct AccountTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func new(_ email: String, password: String = "correct horse", name: String = "") -> NewAccount {
        NewAccount(email: email, password: Secret(password), name: name)
    }

    @Test func anAccountTakesWhatItIsNotGivenFromTheEmailAddress() async throws {
        let account = try await store.createAccount(new("  Jane.Doe@Example.com "))
        #expect(account.email == "jane.doe@example.com")
        #expect(account.name == "jane.doe")
        #expect(account.slug == "jane-doe")
        #expect(account.role == .user)
        #expect(account.createdAt == Timestamp(milliseconds: 1_000_000))
    }

    @Test(arguments: ["", "jane", "@example.com", "jane@", "a@b@c", "ja ne@example.com", "jane@exa\u{0}mple.com"])
    func whatIsNoEmailAddressIsRefused(email: String) async {
        await #expect(throws: AccountError.emailInvalid) { try await store.createAccount(new(email)) }
    }

    @Test(arguments: [7, 1025]) func aPasswordOutsideEightTo1024CharactersIsRefused(length: Int) async {
        await #expect(throws: AccountError.passwordLength) {
            try await store.createAccount(new("a@example.com", password: String(repeating: "p", count: length)))
        }
    }

    @Test(arguments: [8, 1024]) func aPasswordOfEightTo1024CharactersIsFine(length: Int) async throws {
        _ = try await store.createAccount(new("a@example.com", password: String(repeating: "p", count: length)))
    }

    @Test func ofManySignupsForOneAddressOneSucceeds() async throws {
        let outcomes = await withTaskGroup(of: AccountError?.self) { group in
            for number in 0..<12 {
                group.addTask { [store] in
                    let email = number.isMultiple(of: 2) ? "same@example.com" : "SAME@example.com"
                    do throws(AccountError) {
                        _ = try await store.createAccount(new(email, name: "n\(number)"))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } == 1)
        #expect(outcomes.count { $0 == .emailTaken } == 11)
        #expect(try await store.storedState().accounts.count == 1)
    }

    @Test func ofManyPeopleWithOneNameEachGetsASlug() async throws {
        let slugs = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<12 {
                group.addTask { [store] in
                    try await store.createAccount(new("u\(number)@example.com", name: "Sam")).slug
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(slugs == Set(["sam"] + (2...12).map { "sam-\($0)" }))
    }

    @Test func aSecondAdminIsRefused() async throws {
        try await fixture.user("root", role: .admin)
        await #expect(throws: AccountError.adminExists) { try await fixture.user("other", role: .admin) }
    }

    @Test func theSlugOfADeletedAccountIsNotGivenAgain() async throws {
        let first = try await fixture.user("alice")
        try await fixture.delete(first)
        #expect(try await store.finishDeletion(of: first.id) == nil)
        let second = try await fixture.user("alice")
        #expect(second.slug == "alice-2")
        #expect(second.id != first.id)
    }

    @Test func onlyTheRightPairAuthenticates() async throws {
        let alice = try await fixture.user("alice")
        #expect(try await store.authenticate(email: "ALICE@example.com", password: "correct horse") == alice)
        #expect(try await store.authenticate(email: "alice@example.com", password: "correct horsf") == nil)
        #expect(try await store.authenticate(email: "alice@example.com", password: "") == nil)
        #expect(try await store.authenticate(email: "bob@example.com", password: "correct horse") == nil)
        #expect(try await store.authenticate(email: "nonsense", password: "correct horse") == nil)
    }

    @Test func aLongPasswordCountsWhole() async throws {
        let long = String(repeating: "x", count: 100)
        _ = try await store.createAccount(new("a@example.com", password: long + "1"))
        #expect(try await store.authenticate(email: "a@example.com", password: long + "1") != nil)
        #expect(try await store.authenticate(email: "a@example.com", password: long + "2") == nil)
    }

    @Test func aDisabledAccountCannotLogInAndLosesItsSessions() async throws {
        let alice = try await fixture.user("alice")
        #expect(try await store.editAccount(alice.id, AccountEdit(disabled: true)) != nil)
        #expect(store.account(alice.id)?.disabled == true)
        #expect(store.account(alice.id)?.sessionEpoch == alice.sessionEpoch + 1)
        #expect(try await store.authenticate(email: alice.email, password: "correct horse") == nil)
        #expect(try await store.editAccount(alice.id, AccountEdit(disabled: false)) != nil)
        #expect(try await store.authenticate(email: alice.email, password: "correct horse") != nil)
        #expect(store.account(alice.id)?.sessionEpoch == alice.sessionEpoch + 1)
    }

    @Test func aLoginIsNoted() async throws {
        let alice = try await fixture.user("alice")
        fixture.clock.advance(by: .seconds(5))
        _ = try await store.authenticate(email: alice.email, password: "correct horse")
        let raw = try fixture.rawConnection()
        let seen = try await raw.read { try Int64.fetchOne($0, sql: "SELECT last_seen_at FROM users") }
        #expect(seen == 1_005_000)
    }

    @Test func noRowHoldsAPassword() async throws {
        try await fixture.user("alice")
        let raw = try fixture.rawConnection()
        let hash = try await raw.read { try String.fetchOne($0, sql: "SELECT password_hash FROM users") }
        #expect(hash?.hasPrefix("scrypt$2$1$1$") == true)
        #expect(hash?.contains("horse") == false)
    }

    @Test func theFirstBootMakesTheAdminAndLaterOnesDoNot() async throws {
        let admin = StackSpec.BootstrapAdmin(email: "Root@example.com", password: Secret("first password"))
        let other = StackSpec.BootstrapAdmin(email: "new@example.com", password: Secret("another one"))
        for boot in [admin, admin, other] { try await store.bootstrapAdmin(boot) }
        #expect(try await store.storedState().accounts.map(\.email) == ["root@example.com"])
        #expect(try await store.authenticate(email: "root@example.com", password: "first password")?.role == .admin)
    }

    @Test func theFirstBootLeavesAUserWithTheAdminsAddressAlone() async throws {
        let alice = try await fixture.user("alice")
        try await store.bootstrapAdmin(StackSpec.BootstrapAdmin(email: alice.email, password: Secret("first password")))
        #expect(try await store.storedState().accounts == [alice])
    }
}
