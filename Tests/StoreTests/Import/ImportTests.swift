import Foundation
import GRDB
import Spec
import Testing

@testable import Store

@Suite struct ImportTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func original(schema: String = OriginalFixture.schema, people: String = OriginalFixture.people) throws
        -> OriginalFixture
    { try OriginalFixture(in: fixture.folder, schema: schema, people: people) }

    /// Every row here but the audit log's, as text.
    private func rows() throws -> [String] {
        try fixture.rawConnection().read { db in
            let tables = try String.fetchAll(
                db,
                sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%' ORDER BY name")
            return try tables.flatMap { table in
                try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"").map { "\(table) \($0)" }
            }
        }
    }

    @Test func everythingComesOver() async throws {
        let report = try await store.importOriginal(original().open(), .test())
        let root = try #require(store.account(slug: "root"))
        let alice = try #require(store.account(slug: "alice"))
        #expect((root.email, root.role) == ("root@example.com", .admin))
        #expect((alice.name, alice.role, alice.createdAt.milliseconds) == ("Alice", .user, 1_700_000_001_500))
        #expect(try await store.authenticate(email: alice.email, password: "U*U")?.id == alice.id)

        let list = try await store.conversations(ConversationFilter(), before: nil, limit: 10, owner: alice.id)
        #expect(list.conversations.map(\.title) == ["second", "Hello"])
        #expect(list.conversations.map(\.model) == ["demo", "demo/main"])
        #expect(list.conversations[1].updatedAt.milliseconds == 1_700_000_020_000)
        let page = try await store.messages(
            of: list.conversations[1].id, on: .shownBranch, before: nil, limit: 10, owner: alice.id)
        #expect(page.messages.map(\.content) == ["hi", "hey"])
        #expect(page.messages.map(\.role) == [.user, .assistant])

        #expect(try await store.idleSeconds(ofUser: "alice") == ["demo": 900])
        #expect(try await store.idleSeconds(ofUser: "root") == ["demo": 60])
        let values = try await store.upstreamValues(ofUser: "alice")
        #expect(values.overrides["alice"]?["demo"]?["LLM_MODEL"] == Secret("small"))
        #expect(values.shared == ["LLM_API_KEY"])

        #expect(report.accounts == .init(taken: 2))
        #expect(report.conversations == .init(taken: 2, leftOut: 1))
        #expect(report.messages == .init(taken: 3, leftOut: 1))
        #expect(report.values == .init(taken: 2, leftOut: 1))
        #expect(report.idleSettings == .init(taken: 2))
        #expect(report.sharedVariables == .init(taken: 1))
    }

    @Test func noValueStaysReadableInTheFile() async throws {
        _ = try await store.importOriginal(original().open(), .test())
        try store.close()
        let bytes = try Data(contentsOf: URL(filePath: fixture.path))
        #expect(bytes.range(of: Data("sk-root".utf8)) == nil)
    }

    @Test func aDryRunSaysTheSameAndChangesNothing() async throws {
        let original = try original()
        let before = try rows()
        let dry = try await store.importOriginal(original.open(), .test(apply: false))
        #expect(try rows() == before)
        let real = try await store.importOriginal(original.open(), .test())
        #expect(dry.findings == real.findings)
        #expect(dry.people.map(\.slug) == real.people.map(\.slug))
        #expect(dry.messages == real.messages)
        #expect((dry.accounts, dry.values) == (real.accounts, real.values))
    }

    @Test func aSecondImportChangesNothing() async throws {
        let original = try original()
        _ = try await store.importOriginal(original.open(), .test())
        let alice = try #require(store.account(slug: "alice"))
        // What people changed here stays changed, what they deleted stays away.
        try await store.setOverride(user: "alice", backend: "demo", variable: "LLM_MODEL", value: nil)
        try await store.setShared(variable: "LLM_API_KEY", false)
        try await store.setIdleSeconds(70, for: RunnerID(user: "alice", backend: "demo"))
        let conversations = try await store.conversationIDs(owner: alice.id)
        try await store.deleteConversation(conversations[0], owner: alice.id)
        let before = try rows()
        let again = try await store.importOriginal(original.open(), .test())
        #expect(try rows() == before)
        #expect(again.accounts == .init(alreadyHere: 2))
        #expect(again.conversations == .init(alreadyHere: 2, leftOut: 1))
        #expect(again.messages.taken == 0)

        try await fixture.delete(alice)
        let last = try await store.importOriginal(original.open(), .test())
        #expect(store.account(email: "alice@example.com") == nil)
        #expect(last.accounts == .init(alreadyHere: 1, leftOut: 1))
    }

    /// As after a process that died: any later transaction is not there.
    @Test(arguments: ["imported_conversations", "conversations", "shared_variables"])
    func whatWasCutOffIsCompletedByTheNext(failing: String) async throws {
        let original = try original()
        let raw = try fixture.rawConnection()
        try await raw.write { db in
            try db.execute(
                sql: "CREATE TRIGGER cut BEFORE INSERT ON \(failing) BEGIN SELECT RAISE(ABORT, 'cut'); END")
        }
        await #expect(throws: DatabaseError.self) { try await store.importOriginal(original.open(), .test()) }
        try await raw.write { try $0.execute(sql: "DROP TRIGGER cut") }
        let report = try await store.importOriginal(original.open(), .test())
        #expect(report.accounts.taken + report.accounts.alreadyHere == 2)
        let alice = try #require(store.account(slug: "alice"))
        #expect(try await store.conversationIDs(owner: alice.id).count == 2)
        #expect(try await store.upstreamValues(ofUser: "alice").shared == ["LLM_API_KEY"])
        #expect(try await store.idleSeconds(ofUser: "alice") == ["demo": 900])
    }

    @Test func theFileIsReadAndNeverWritten() async throws {
        let original = try original()
        try original.edit("PRAGMA journal_mode = WAL")
        let live = try DatabaseQueue(path: original.path)
        try live.inDatabase {
            try $0.execute(sql: "INSERT INTO messages VALUES (5, 7, 'user', 'in the log', 1700000012)")
        }
        let files = [original.path, original.path + "-wal"].map { URL(filePath: $0) }
        let before = try files.map { try Data(contentsOf: $0) }
        let report = try await store.importOriginal(original.open(), .test())
        #expect(report.messages.taken == 4)
        #expect(try files.map { try Data(contentsOf: $0) } == before)
        try live.close()
    }

    @Test func aFolderThatCannotBeWrittenIsNoObstacle() async throws {
        let original = try original()
        try original.edit("PRAGMA journal_mode = WAL")
        let before = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path).sorted()
        #expect(try await store.importOriginal(original.open(), .test(apply: false)).accounts.taken == 2)
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path).sorted() == before)
    }

    @Test func anAddressThatIsHereIsNoProofOfThePerson() async throws {
        let here = try await fixture.user("alice")
        let original = try original()
        let report = try await store.importOriginal(original.open(), .test())
        #expect(report.accounts == .init(taken: 1, leftOut: 1))
        #expect(report.findings.contains { $0.remedy.contains("--join alice@example.com") })
        #expect(try await store.conversationIDs(owner: here.id).isEmpty)
        #expect(try await store.idleSeconds(ofUser: "alice").isEmpty)

        let joined = try await store.importOriginal(original.open(), .test(joins: ["Alice@example.com"]))
        #expect(joined.people.map(\.outcome) == [.alreadyHere, .joined])
        #expect(try await store.conversationIDs(owner: here.id).count == 2)
        #expect(try await store.authenticate(email: here.email, password: "correct horse") != nil)
    }

    @Test func theBootstrapAdminIsJoined() async throws {
        let root = try await fixture.user("root", role: .admin)
        try await store.setOverride(user: "root", backend: "", variable: "LLM_API_KEY", value: Secret("own"))
        let report = try await store.importOriginal(original().open(), .test())
        #expect(report.people.first?.outcome == .joined)
        #expect(report.sharedVariables == .init(taken: 1))
        #expect(try await store.authenticate(email: root.email, password: "correct horse") != nil)
        let values = try await store.upstreamValues(ofUser: "root")
        #expect(values.overrides["root"]?[""]?["LLM_API_KEY"] == Secret("own"))
    }

    @Test func anotherAdminIsAUserAndSharesNothing() async throws {
        try await fixture.user("boss", role: .admin)
        let report = try await store.importOriginal(original().open(), .test())
        #expect(store.account(email: "root@example.com")?.role == .user)
        #expect(report.findings.contains { $0.what.contains("there is one admin, boss@example.com") })
        #expect(report.sharedVariables == .init(leftOut: 1))
        #expect(try await store.upstreamValues(ofUser: "boss").shared.isEmpty)
    }

    @Test func aSlugThatIsTakenIsAnother() async throws {
        _ = try await store.createAccount(
            NewAccount(email: "other@example.com", password: Secret("correct horse"), name: "alice"))
        let report = try await store.importOriginal(original().open(), .test())
        #expect(store.account(email: "alice@example.com")?.slug == "alice-2")
        #expect(report.findings.contains { $0.remedy.contains("users/alice to users/alice-2") })
    }
}
