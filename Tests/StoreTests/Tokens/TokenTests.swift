import Foundation
import GRDB
import Spec
import Store
import Testing

@Suite struct TokenTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func text(_ issued: IssuedToken) -> Substring { issued.text.reveal()[...] }

    @Test func aTokenIsKnownByItsTextOnly() async throws {
        let alice = try await fixture.user("alice")
        let issued = try await store.createToken(NewToken(name: "laptop", backends: ["demo"]), owner: alice.id)
        #expect(text(issued).hasPrefix("ags_"))
        #expect(text(issued).count == 47)
        #expect(text(issued).hasPrefix(issued.token.prefix))
        #expect(issued.token.prefix.count == 10)
        #expect(store.useToken(text(issued))?.id == issued.token.id)
        #expect(store.useToken(text(issued).dropLast()) == nil)
        #expect(store.useToken(issued.token.prefix[...]) == nil)
        #expect(store.useToken("ags_" + String(repeating: "0", count: 43)) == nil)
    }

    @Test func noTwoTokensAreAlike() async throws {
        let alice = try await fixture.user("alice")
        var texts: Set<Substring> = []
        for _ in 0..<50 { texts.insert(text(try await store.createToken(NewToken(name: "t"), owner: alice.id))) }
        #expect(texts.count == 50)
    }

    @Test func theTextIsNotInTheDatabase() async throws {
        let alice = try await fixture.user("alice")
        let secret = text(try await store.createToken(NewToken(name: "laptop"), owner: alice.id)).dropFirst(10)
        for name in ["router.db", "router.db-wal"] {
            let bytes = try Data(contentsOf: fixture.folder.appending(path: name))
            #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(name)")
        }
    }

    @Test func tokensSurviveARestart() async throws {
        let alice = try await fixture.user("alice")
        let issued = try await store.createToken(
            NewToken(name: "laptop", backends: ["a", "b"], expiresAt: Timestamp(milliseconds: 9_000_000)),
            owner: alice.id)
        try store.close()
        let reopened = try Store.open(in: fixture.folder)
        #expect(reopened.tokens(of: alice.id) == [issued.token])
        #expect(reopened.useToken(text(issued))?.id == issued.token.id)
    }

    @Test func anExpiredTokenIsVoidButListed() async throws {
        let alice = try await fixture.user("alice")
        let issued = try await store.createToken(
            NewToken(name: "t", expiresAt: Timestamp(milliseconds: 1_000_010)), owner: alice.id)
        fixture.clock.advance(by: .milliseconds(9))
        #expect(store.useToken(text(issued)) != nil)
        fixture.clock.advance(by: .milliseconds(1))
        #expect(store.useToken(text(issued)) == nil)
        #expect(store.tokens(of: alice.id).map(\.id) == [issued.token.id])
    }

    @Test func aRevokedTokenIsVoidAtOnceAndAfterARestart() async throws {
        let alice = try await fixture.user("alice")
        let (first, second) = (
            try await store.createToken(NewToken(name: "1"), owner: alice.id),
            try await store.createToken(NewToken(name: "2"), owner: alice.id)
        )
        #expect(try await store.revokeToken(first.token.id, owner: alice.id))
        #expect(try await !store.revokeToken(first.token.id, owner: alice.id))
        #expect(store.useToken(text(first)) == nil)
        #expect(store.useToken(text(second)) != nil)
        try store.close()
        #expect(try Store.open(in: fixture.folder).tokens(of: alice.id).map(\.name) == ["2"])
    }

    @Test func nobodyRevokesSomebodyElsesToken() async throws {
        let (alice, bob) = (try await fixture.user("alice"), try await fixture.user("bob"))
        let issued = try await store.createToken(NewToken(name: "t"), owner: alice.id)
        #expect(try await !store.revokeToken(issued.token.id, owner: bob.id))
        #expect(store.useToken(text(issued)) != nil)
        #expect(store.tokens(of: bob.id).isEmpty)
    }

    @Test func aDeletedAccountsTokensAreGone() async throws {
        let alice = try await fixture.user("alice")
        let issued = try await store.createToken(NewToken(name: "t"), owner: alice.id)
        try await fixture.delete(alice)
        #expect(store.useToken(text(issued)) == nil)
        #expect(store.tokens(of: alice.id).isEmpty)
        let count = try await fixture.rawConnection().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM tokens") }
        #expect(count == 0)
        await #expect(throws: TokenError.ownerGone) {
            try await store.createToken(NewToken(name: "t"), owner: alice.id)
        }
    }

    @Test func theHundredAndFirstTokenIsRefused() async throws {
        let alice = try await fixture.user("alice")
        for number in 0..<100 { _ = try await store.createToken(NewToken(name: "\(number)"), owner: alice.id) }
        await #expect(throws: TokenError.tooMany(limit: 100)) {
            try await store.createToken(NewToken(name: "t"), owner: alice.id)
        }
    }

    @Test func theLastUseIsShownAtOnceAndWrittenInABatch() async throws {
        let alice = try await fixture.user("alice")
        let issued = try await store.createToken(NewToken(name: "t"), owner: alice.id)
        #expect(store.tokens(of: alice.id)[0].lastUsedAt == nil)
        _ = store.useToken(text(issued))
        let used = Timestamp(milliseconds: 1_000_000)
        #expect(store.tokens(of: alice.id)[0].lastUsedAt == used)
        let raw = try fixture.rawConnection()
        let written = { try await raw.read { try Int64.fetchOne($0, sql: "SELECT last_used_at FROM tokens") } }
        #expect(try await written() == nil)
        try await store.saveTokenUse()
        #expect(try await written() == used.milliseconds)
        // What is written already is not written again.
        try await raw.write { try $0.execute(sql: "UPDATE tokens SET last_used_at = 1") }
        try await store.saveTokenUse()
        #expect(try await written() == 1)
    }

    @Test func makingAndRevokingAreInTheAuditLogWithoutTheText() async throws {
        let alice = try await fixture.user("alice")
        let issued = try await store.createToken(NewToken(name: "laptop", backends: ["demo"]), owner: alice.id)
        _ = try await store.revokeToken(issued.token.id, owner: alice.id)
        let entries = try await store.auditEntries(AuditQuery()).filter { $0.action.rawValue.hasPrefix("token.") }
        #expect(entries.map(\.action) == [.tokenRevoke, .tokenCreate])
        #expect(entries.map(\.target) == Array(repeating: "alice/token:\(issued.token.id)", count: 2))
        #expect(entries[1].after == "laptop (\(issued.token.prefix)…) for demo")
        #expect(entries[0].before == entries[1].after)
    }
}
