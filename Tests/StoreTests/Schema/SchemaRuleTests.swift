import GRDB
import Spec
import Store
import Testing

/// The rules that hold even for somebody who writes SQL by hand.
@Suite struct SchemaRuleTests {
    private let fixture: StoreFixture
    private let raw: DatabaseQueue

    init() throws {
        fixture = try StoreFixture()
        raw = try fixture.rawConnection()
    }

    private func insertUser(_ slug: String, email: String? = nil, role: String = "user") throws {
        try raw.write { db in
            try db.execute(
                sql: """
                    INSERT INTO users (email, name, slug, role, password_hash, created_at) VALUES (?, '', ?, ?, '', 0)
                    """,
                arguments: [email ?? "\(slug)@example.com", slug, role])
        }
    }

    @Test func thereIsOneAdmin() throws {
        try insertUser("root", role: "admin")
        #expect(throws: DatabaseError.self) { try insertUser("other", role: "admin") }
        try insertUser("user")
        #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: "UPDATE users SET role = 'admin'") } }
    }

    @Test func thereIsNoThirdRole() throws {
        #expect(throws: DatabaseError.self) { try insertUser("boss", role: "owner") }
    }

    @Test func anEmailAddressIsUniqueWithoutCase() throws {
        try insertUser("one", email: "A@example.com")
        #expect(throws: DatabaseError.self) { try insertUser("two", email: "a@EXAMPLE.com") }
    }

    @Test(arguments: ["", "Upper", "a/b", "..", "naïve", String(repeating: "a", count: 41)])
    func aSlugIsSafeInPaths(slug: String) throws {
        #expect(throws: DatabaseError.self) { try insertUser(slug, email: "x@example.com") }
    }

    @Test func aSlugIsNeitherReusedNorChanged() throws {
        try insertUser("alice")
        #expect(throws: DatabaseError.self) { try raw.write { try $0.execute(sql: "UPDATE users SET slug = 'bob'") } }
        try raw.write { try $0.execute(sql: "DELETE FROM users") }
        #expect(throws: DatabaseError.self) { try insertUser("alice") }
    }

    @Test func thereIsOneWishPerRunner() async throws {
        try await fixture.user("alice")
        try await fixture.store.wish(RunnerID(user: "alice", backend: "demo"), retry: false)
        #expect(throws: DatabaseError.self) {
            try raw.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO wishes (user_id, backend, generation, last_activity, sealed_api_key, created_at)
                        SELECT user_id, backend, generation, last_activity, sealed_api_key, created_at FROM wishes
                        """)
            }
        }
    }

    @Test func aWishNeedsItsUser() throws {
        #expect(throws: DatabaseError.self) {
            try raw.write { try $0.execute(sql: "INSERT INTO wishes VALUES (7, 'demo', 1, 0, NULL, x'00', 0)") }
        }
    }

    @Test func aUsersRowsGoWithTheUser() async throws {
        let store = fixture.store
        let alice = try await fixture.user("alice")
        let id = RunnerID(user: "alice", backend: "demo")
        let now = Timestamp.epoch
        try await store.wish(id, retry: false)
        try await store.setIdleSeconds(5, for: id)
        try await store.setOverride(user: "alice", backend: "demo", variable: "KEY", value: Secret("v"))
        try await store.setFailure(
            FailureRecord(
                count: 1, generation: 1, retryAt: now,
                last: RunnerFailure(reason: .exited, message: "exit 1", at: now)), for: id)
        try await store.record(RunnerEvent(runner: id, at: now, reason: "Failed", message: "exit 1"))

        try await fixture.delete(alice)
        for table in ["users", "wishes", "idle_settings", "overrides", "failures", "events"] {
            let rows = try await raw.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
            #expect(rows == 0, "\(table)")
        }
    }
}
