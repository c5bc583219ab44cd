import Foundation
import GRDB
import Spec
import Store
import Testing

@Suite struct KeyRotationTests {
    private let fixture: StoreFixture
    private let alice = RunnerID(user: "alice", backend: "demo")

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.user("alice")
        try await fixture.store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("sk-one"))
        try await fixture.store.wish(alice, retry: false)
        _ = try await fixture.store.createInvite(name: "friends", uses: 3, expiresAt: nil)
    }

    private func contents(_ store: Store) async throws -> [String] {
        let state = try await store.storedState()
        return [
            state.values.overrides["alice"]?[""]?["KEY"]?.reveal() ?? "",
            state.wishes.first?.apiKey.reveal() ?? "",
            try await store.invites(before: nil, limit: 1).first?.code.reveal() ?? "",
        ]
    }

    @Test func everyValueReadsAsBeforeUnderOneNewKeyAndTheOldOneIsGone() async throws {
        let store = fixture.store
        let (before, old) = (try await contents(store), try String(contentsOfFile: fixture.keyFile, encoding: .utf8))
        let fingerprintKey = try Sealer.load(keyFile: fixture.keyFile, database: fixture.path).fingerprintKey
        let rotation = try await store.rotateSealingKey()
        #expect(rotation.resealed == 4)
        #expect(rotation.dropped == 1)
        let keys = try await store.sealingKeys()
        #expect(keys.map(\.id) == [rotation.newest])
        #expect(keys.map(\.values) == [4])
        #expect(keys.map(\.isNewest) == [true])
        #expect(try await contents(store) == before)
        let new = try String(contentsOfFile: fixture.keyFile, encoding: .utf8)
        let oldKey = try #require(old.split(separator: "\n").last)
        #expect(!new.contains(oldKey))

        let reopened = try Store.open(in: fixture.folder)
        #expect(try await contents(reopened) == before)
        #expect(reopened.installationID == store.installationID)
        #expect(
            try Sealer.load(keyFile: fixture.keyFile, database: fixture.path).fingerprintKey == fingerprintKey)
        let audit = try await store.auditEntries(AuditQuery(action: .sealingKeyRotate, limit: 5))
        #expect(audit.map(\.after) == ["4 values sealed with key \(rotation.newest)"])
    }

    @Test func aProcessThatWasThereBeforeGoesOn() async throws {
        let other = try Store.open(in: fixture.folder)
        let before = try await contents(other)
        _ = try await fixture.store.rotateSealingKey()
        #expect(try await contents(other) == before)
        try await other.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("sk-two"))
        #expect(try await fixture.store.sealingKeys().map(\.values) == [4])
        _ = try await other.rotateSealingKey()
        #expect(try await contents(fixture.store).first == "sk-two")
    }

    @Test func thoseWhoWriteMeanwhileLoseNothing() async throws {
        let others = try (0..<3).map { _ in try Store.open(in: fixture.folder) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, store) in others.enumerated() {
                group.addTask {
                    for round in 0..<40 {
                        try await store.setOverride(
                            user: "alice", backend: "", variable: "V\(number)", value: Secret("\(round)"))
                    }
                }
            }
            group.addTask { [fixture] in
                for _ in 0..<12 { _ = try await fixture.store.rotateSealingKey() }
            }
            try await group.waitForAll()
        }
        let values = try await Store.open(in: fixture.folder).storedState().values.overrides["alice"]?[""]
        #expect(values?.mapValues { $0.reveal() } == ["KEY": "sk-one", "V0": "39", "V1": "39", "V2": "39"])
    }

    /// What a rotation that died after its first step leaves: a key that nothing is sealed with.
    @Test func aRotationThatWasCutOffIsEndedByTheNext() async throws {
        let text = try String(contentsOfFile: fixture.keyFile, encoding: .utf8)
        try Data((text + String(repeating: "ab", count: 32) + "\n").utf8).write(to: URL(filePath: fixture.keyFile))
        let before = try await contents(fixture.store)
        #expect(try await fixture.store.sealingKeys().map(\.values) == [4, 0])
        let rotation = try await fixture.store.rotateSealingKey()
        #expect(rotation.dropped == 2)
        #expect(try await contents(Store.open(in: fixture.folder)) == before)
    }

    @Test func aRotationRemovesWhatOneThatDiedLeft() async throws {
        let leftover = "\(fixture.keyFile).0123456789abcdef.new"
        try Data().write(to: URL(filePath: leftover))
        try await fixture.store.rotateSealingKey()
        #expect(!FileManager.default.fileExists(atPath: leftover))
    }

    @Test func ofTwoAtOnceOneIsRefusedAndNothingChanges() async throws {
        let lock = open("\(fixture.keyFile).lock", O_RDWR | O_CREAT, 0o600)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX) == 0)
        let before = try Data(contentsOf: URL(filePath: fixture.keyFile))
        await #expect(throws: SealingError.self) { try await fixture.store.rotateSealingKey() }
        #expect(try Data(contentsOf: URL(filePath: fixture.keyFile)) == before)
    }

    @Test func aValueThatDoesNotOpenStopsTheRotationAndStaysAsItIs() async throws {
        let file = try fixture.rawConnection()
        try await file.write { try $0.execute(sql: "UPDATE overrides SET sealed_value = zeroblob(40)") }
        let sealed = { try await file.read { try Data.fetchAll($0, sql: "SELECT sealed_api_key FROM wishes") } }
        let before = try await sealed()
        await #expect(throws: SealingError.self) { try await fixture.store.rotateSealingKey() }
        #expect(try await sealed() == before)
        #expect(try await fixture.store.sealingKeys().map(\.values) == [3, 0])
    }

    @Test func withoutItsFileNothingIsSealedWithAKeyThatWouldBeLost() async throws {
        let store = fixture.store
        try await store.rotateSealingKey()
        try FileManager.default.removeItem(atPath: fixture.keyFile)
        await #expect(throws: SealingError.self) {
            try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("sk-two"))
        }
        #expect(try await contents(store).first == "sk-one")
    }

    @Test func everySealedColumnOfTheSchemaIsKnown() async throws {
        let columns = try await fixture.rawConnection().read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT t.name || '.' || c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c
                    WHERE t.type = 'table' AND c.name LIKE 'sealed%' ORDER BY 1
                    """)
        }
        #expect(columns == Store.sealedColumns.sorted())
    }
}
