import Foundation
import GRDB
import Spec
import Store
import Testing

@Suite struct OpeningTests {
    @Test func theDatabaseBelongsToItsOwnerOnly() async throws {
        let fixture = try StoreFixture()
        try await fixture.user("alice")
        for name in ["router.db", "router.db-wal", "keys"] {
            let path = fixture.folder.appending(path: name).path
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
    }

    @Test func aReadableDatabaseIsTakenFromOthersAtOpen() throws {
        let fixture = try StoreFixture()
        try fixture.store.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: fixture.path)
        try Store.open(in: fixture.folder).close()
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aDatabaseOfANewerVersionIsRefusedUntouched() async throws {
        let fixture = try StoreFixture()
        try fixture.store.close()
        let raw = try fixture.rawConnection()
        try await raw.write { try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('v99')") }
        #expect(throws: StoreError.newerSchema(path: fixture.path, migrations: ["v99"])) {
            try Store.open(in: fixture.folder)
        }
    }

    @Test func theInstallationKeepsItsID() throws {
        let (first, second) = (try StoreFixture(), try StoreFixture())
        #expect(first.store.installationID.count == 16)
        #expect(first.store.installationID != second.store.installationID)
        try first.store.close()
        #expect(try Store.open(in: first.folder).installationID == first.store.installationID)
    }

    @Test func everythingIsThereAfterAReopen() async throws {
        let fixture = try StoreFixture()
        let alice = try await fixture.user("alice", role: .admin)
        let id = RunnerID(user: alice.slug, backend: "demo")
        try await fixture.store.wish(id, retry: false)
        try await fixture.store.setIdleSeconds(120, for: id)
        try await fixture.store.setOverride(user: alice.slug, backend: "", variable: "KEY", value: Secret("sk-1"))
        try await fixture.store.setShared(variable: "KEY", true)
        try await fixture.store.revokeSession("gone", expiresAt: Timestamp(milliseconds: 2_000_000))
        let before = try await fixture.store.storedState()
        try fixture.store.close()

        let reopened = try Store.open(in: fixture.folder)
        let after = try await reopened.storedState()
        #expect(after.accounts == [alice])
        #expect(after.wishes == before.wishes)
        #expect(after.wishes.map(\.idleSeconds) == [120])
        #expect(after.values == before.values)
        #expect(after.values.overrides == ["alice": ["": ["KEY": Secret("sk-1")]]])
        #expect(after.values.shared == ["KEY"])
        #expect(after.values.adminSlug == "alice")
        #expect(reopened.account(alice.id) == alice)
        #expect(reopened.isSessionRevoked("gone"))
        #expect(try await reopened.authenticate(email: "alice@example.com", password: "correct horse") == alice)
    }

    /// What a killed process leaves behind is the files as they stand, without a checkpoint or a close.
    @Test func anAcknowledgedWriteSurvivesTheDeathOfTheProcess() async throws {
        let fixture = try StoreFixture()
        let alice = try await fixture.user("alice")
        try await fixture.store.wish(RunnerID(user: "alice", backend: "demo"), retry: false)

        let remains = try FileManager.default.makeTemporaryFolder()
        defer { try? FileManager.default.removeItem(at: remains) }
        for name in ["router.db", "router.db-wal", "keys"] {
            try FileManager.default.copyItem(
                at: fixture.folder.appending(path: name), to: remains.appending(path: name))
        }
        let state = try await Store.open(in: remains).storedState()
        #expect(state.accounts == [alice])
        #expect(state.wishes.count == 1)
    }

    @Test func readingGoesOnDuringALongWrite() async throws {
        let fixture = try StoreFixture()
        try await fixture.user("alice")
        let raw = try fixture.rawConnection()
        try await raw.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE; UPDATE users SET name = 'unfinished'")
        }
        #expect(try await fixture.store.storedState().accounts.map(\.name) == ["alice"])
        try await raw.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
        #expect(try await fixture.store.storedState().accounts.map(\.name) == ["unfinished"])
    }
}
