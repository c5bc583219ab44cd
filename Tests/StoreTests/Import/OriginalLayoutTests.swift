import Foundation
import GRDB
import Spec
import Testing

@testable import Store

@Suite struct OriginalLayoutTests {
    private let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    @Test func otherNamesAndTypesAreUnderstood() async throws {
        let original = try OriginalFixture(
            in: fixture.folder,
            schema: """
                CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, hashed_password BLOB, user_slug TEXT,
                    is_admin BOOLEAN, is_active BOOLEAN, created_at TIMESTAMP, favourite TEXT);
                CREATE TABLE conversations (id TEXT PRIMARY KEY, user_id TEXT, backend_name TEXT, created_at TEXT);
                CREATE TABLE messages (id TEXT PRIMARY KEY, conv_id TEXT, role TEXT, text TEXT, created_at TEXT);
                CREATE TABLE env_overrides (user_id TEXT, backend TEXT, env_var TEXT, value TEXT);
                CREATE TABLE user_backend_settings (user_id TEXT, backend TEXT, idle_seconds INTEGER);
                """,
            people: """
                INSERT INTO users VALUES ('u-1', 'root@example.com', '\(OriginalFixture.hash)', 'root', 1, 1, '', NULL),
                    ('u-2', 'bob@example.com', CAST('pbkdf2:x' AS BLOB), 'Bob_B', 0, 0, '2026-05-01 12:00:00.25', NULL);
                INSERT INTO conversations VALUES ('c', 'u-2', 'demo', '2026-05-01T14:00:00+02:00');
                INSERT INTO messages VALUES ('z', 'c', 'user', 'first', NULL), ('a', 'c', 'assistant', NULL, NULL);
                INSERT INTO env_overrides VALUES ('u-2', NULL, 'LLM_MODEL', 'm');
                INSERT INTO user_backend_settings VALUES ('u-2', 'demo', 0);
                """)
        let report = try await fixture.store.importOriginal(original.open(), .test())
        let bob = try #require(fixture.store.account(email: "bob@example.com"))
        #expect((bob.slug, bob.disabled, bob.createdAt.milliseconds) == ("bob-b", true, 1_777_636_800_250))
        #expect(fixture.store.account(slug: "root")?.role == .admin)
        let id = try #require(try await fixture.store.conversationIDs(owner: bob.id).first)
        let page = try await fixture.store.messages(
            of: id, on: .shownBranch, before: nil, limit: 10, owner: bob.id)
        #expect(page.messages.map(\.content) == ["first", ""])
        #expect(page.messages.allSatisfy { $0.createdAt.milliseconds == 1_777_636_800_000 })
        #expect(try await fixture.store.idleSeconds(ofUser: "bob-b") == ["demo": 0])
        #expect(report.findings.contains { $0.about == "shared variables" })
        #expect(report.findings.contains { $0.remedy == "operatord users reset-password bob@example.com" })
        #expect(report.findings.contains { $0.remedy.contains("users/Bob_B to users/bob-b") })
    }

    @Test func whatIsMissingIsNamedWithWhatIsThere() throws {
        let noPassword = try OriginalFixture(
            in: fixture.folder, schema: "CREATE TABLE users (id INTEGER, email TEXT, secret TEXT);", people: "")
        let error = #expect(throws: ImportError.self) { try noPassword.open() }
        #expect(error?.description.hasPrefix("table users has no column password_hash or hashed_password") == true)
        #expect(error?.description.hasSuffix("it has id, email, secret") == true)
        try noPassword.edit("ALTER TABLE users RENAME TO people")
        #expect(throws: ImportError.noTable(looked: ["users", "user"], has: ["people"])) { try noPassword.open() }
        try noPassword.edit(
            "ALTER TABLE people RENAME TO users; ALTER TABLE users ADD password; CREATE TABLE messages (id, role)")
        let noConversation = ImportError.noColumn(
            table: "messages", looked: ["conversation_id", "conv_id", "chat_id"], has: ["id", "role"])
        #expect(throws: noConversation) { try noPassword.open() }
    }

    @Test func whatIsNoOriginalIsRefused() throws {
        #expect(throws: ImportError.ownDatabase(path: fixture.path)) { try OriginalDatabase(path: fixture.path) }
        #expect(throws: ImportError.noFile(path: "/nowhere")) { try OriginalDatabase(path: "/nowhere") }
        let folder = fixture.folder.path
        #expect(throws: ImportError.noFile(path: folder)) { try OriginalDatabase(path: folder) }
        let text = fixture.folder.appending(path: "text")
        try Data("this is a text, longer than SQLite's own header of one hundred bytes ".utf8).write(to: text)
        let error = #expect(throws: ImportError.self) { try OriginalDatabase(path: text.path) }
        #expect(error?.description.contains("not a database") == true)
    }

    @Test func theOriginalsFileIsNotTakenForOurs() throws {
        let folder = try FileManager.default.makeTemporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "router.db").path
        _ = try Store.open(in: folder)
        try FileManager.default.removeItem(atPath: path)
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase { try $0.execute(sql: OriginalFixture.schema) }
        try queue.close()
        #expect(throws: StoreError.othersDatabase(path: path)) { try Store.open(in: folder) }
        #expect(try DatabaseQueue(path: path).inDatabase { try $0.tableExists("grdb_migrations") } == false)
    }
}
