import Foundation
import GRDB
import Spec
import Store
import Testing

@Suite struct SealerTests {
    private let fixture: StoreFixture
    private let sealer: Sealer
    private let place = SealedPlace(table: "t", column: "c", row: ["1", "demo"])

    init() throws {
        fixture = try StoreFixture()
        sealer = try Sealer.load(keyFile: fixture.keyFile, database: fixture.path)
    }

    @Test(arguments: ["", "sk-test", "a \"quote\"\n🔑"])
    func aValueOpensAsItWasSealed(value: String) throws {
        let sealed = try sealer.seal(Secret(value), at: place)
        #expect(try sealer.open(sealed, at: place) == Secret(value))
        #expect(try sealer.seal(Secret(value), at: place) != sealed)
    }

    @Test func aChangedByteIsNoticedWhereverItIs() throws {
        let sealed = try sealer.seal(Secret("sk-test"), at: place)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            let expected: SealingError = index < 4 ? .unknownKey(place) : .broken(place)
            #expect(throws: expected) { try sealer.open(changed, at: place) }
        }
        #expect(throws: SealingError.broken(place)) { try sealer.open(sealed.dropLast(), at: place) }
        #expect(throws: SealingError.unknownKey(place)) { try sealer.open(Data(), at: place) }
    }

    @Test func aValueOpensOnlyWhereItBelongs() throws {
        let sealed = try sealer.seal(Secret("sk-test"), at: place)
        let others = [
            SealedPlace(table: "u", column: "c", row: ["1", "demo"]),
            SealedPlace(table: "t", column: "d", row: ["1", "demo"]),
            SealedPlace(table: "t", column: "c", row: ["2", "demo"]),
            SealedPlace(table: "t", column: "c", row: ["1", "de", "mo"]),
            SealedPlace(table: "t", column: "c1", row: ["demo"]),
        ]
        for other in others {
            #expect(throws: SealingError.broken(other)) { try sealer.open(sealed, at: other) }
        }
    }

    @Test func aRowThatWasMovedByHandIsNoticed() async throws {
        try await fixture.user("alice")
        try await fixture.user("bob")
        let store = fixture.store
        try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("hers"))
        try await store.setOverride(user: "bob", backend: "", variable: "KEY", value: Secret("his"))
        try await fixture.rawConnection().write { db in
            try db.execute(
                sql: "UPDATE overrides SET sealed_value = (SELECT sealed_value FROM overrides WHERE user_id = 1)")
        }
        let moved = SealedPlace(table: "overrides", column: "sealed_value", row: ["2", "", "KEY"])
        await #expect(throws: SealingError.broken(moved)) { try await store.storedState() }
    }

    @Test func noSecretIsInTheFilesInTheClear() async throws {
        try await fixture.user("alice")
        let store = fixture.store
        try await store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("sk-very-secret"))
        try await store.wish(RunnerID(user: "alice", backend: "demo"), retry: false)
        let apiKey = try #require(try await store.storedState().wishes.first).apiKey.reveal()
        for name in ["router.db", "router.db-wal"] {
            let bytes = try Data(contentsOf: fixture.folder.appending(path: name))
            #expect(bytes.range(of: Data("sk-very-secret".utf8)) == nil)
            #expect(bytes.range(of: Data(apiKey.utf8)) == nil)
        }
    }

    @Test func aValueStaysReadableWhenANewerKeyIsAdded() throws {
        let sealed = try sealer.seal(Secret("old"), at: place)
        let newKey = String(repeating: "ab", count: 32)
        let text = try String(contentsOfFile: fixture.keyFile, encoding: .utf8) + newKey + "\n"
        try Data(text.utf8).write(to: URL(filePath: fixture.keyFile))

        let rotated = try Sealer.load(keyFile: fixture.keyFile, database: fixture.path)
        #expect(try rotated.open(sealed, at: place) == Secret("old"))
        let newer = try rotated.seal(Secret("new"), at: place)
        #expect(newer.prefix(4) != sealed.prefix(4))
        #expect(try sealer.open(newer, at: place) == Secret("new"))
        #expect(try sealer.seal(Secret("newer"), at: place).prefix(4) == newer.prefix(4))
        #expect(rotated.fingerprintKey == sealer.fingerprintKey)
    }
}
