import GRDB
import Spec
import Store
import Testing

@Suite struct InviteTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func signUp(_ name: String, code: String) async throws {
        _ = try await store.createAccount(
            NewAccount(email: "\(name)@example.com", password: Secret("correct horse"), inviteCode: code))
    }

    @Test func aCodeIsShownInTheListAndNotInTheFile() async throws {
        let invite = try await store.createInvite(name: " Class of 26 ", uses: 2, expiresAt: nil)
        #expect(invite.name == "Class of 26")
        #expect(invite.code.reveal().wholeMatch(of: /([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}/) != nil)
        #expect(try await store.invites(before: nil, limit: 10) == [invite])
        let raw = try fixture.rawConnection()
        let sealed = try raw.read { try Row.fetchOne($0, sql: "SELECT * FROM invites") }
        #expect(sealed.map { "\($0)" }?.contains(invite.code.reveal()) == false)
    }

    @Test func aCodeIsGoodForSoManyAccounts() async throws {
        let code = try await store.createInvite(name: "two", uses: 2, expiresAt: nil).code.reveal()
        try await signUp("one", code: code)
        try await signUp("two", code: code.lowercased().replacing("-", with: " "))
        await #expect(throws: AccountError.inviteInvalid) { try await signUp("three", code: code) }
        let left = try await store.invites(before: nil, limit: 10)
        #expect(left.map(\.usesLeft) == [0])
        #expect(left.map(\.used) == [2])
        #expect(store.account(slug: "three") == nil)
    }

    @Test func theLastUseGoesToOne() async throws {
        let code = try await store.createInvite(name: "one", uses: 1, expiresAt: nil).code.reveal()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask { (try? await signUp("n\(number)", code: code)) != nil }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 } == 1)
    }

    @Test func aSignUpThatFailsTakesNoUse() async throws {
        let code = try await store.createInvite(name: "one", uses: 1, expiresAt: nil).code.reveal()
        try await fixture.user("alice")
        await #expect(throws: AccountError.emailTaken) { try await signUp("alice", code: code) }
        #expect(try await store.invites(before: nil, limit: 1).first?.usesLeft == 1)
    }

    @Test(arguments: ["", "K7QM-4XPA-9TRD", "K7QM", "UUUU-UUUU-UUUU", "K7QM-4XPA-9TRD-K7QM"])
    func anUnknownCodeIsRefused(code: String) async throws {
        _ = try await store.createInvite(name: "one", uses: nil, expiresAt: nil)
        await #expect(throws: AccountError.inviteInvalid) { try await signUp("alice", code: code) }
    }

    @Test func aCodeExpiresAndIsRevoked() async throws {
        let end = Timestamp(milliseconds: 1_010_000)
        let expiring = try await store.createInvite(name: "expiring", uses: nil, expiresAt: end)
        let revoked = try await store.createInvite(name: "revoked", uses: nil, expiresAt: nil)
        try await signUp("one", code: expiring.code.reveal())
        #expect(try await store.revokeInvite(revoked.id))
        #expect(try await !store.revokeInvite(revoked.id))
        fixture.clock.advance(by: .seconds(10))
        for invite in [expiring, revoked] {
            await #expect(throws: AccountError.inviteInvalid) { try await signUp("two", code: invite.code.reveal()) }
        }
    }

    @Test func aNameIsGivenOnce() async throws {
        let first = try await store.createInvite(name: "Friends", uses: nil, expiresAt: nil)
        await #expect(throws: AccountError.inviteNameTaken) {
            try await store.createInvite(name: "FRIENDS", uses: nil, expiresAt: nil)
        }
        _ = try await store.revokeInvite(first.id)
        _ = try await store.createInvite(name: "friends", uses: nil, expiresAt: nil)
        let actions = try await store.auditEntries(AuditQuery()).map { "\($0.action.rawValue) \($0.target)" }
        #expect(
            actions == ["invite.create invite:friends", "invite.revoke invite:Friends", "invite.create invite:Friends"])
    }
}
