import Foundation
import GRDB
import Spec
import Store
import Synchronization
import Testing

@Suite struct DatabaseSnapshotTests {
    private let fixture: StoreFixture
    private var copy: String { fixture.folder.appending(path: "copy.db").path }
    private var sealer: Sealer {
        get throws { try Sealer.load(keyFile: fixture.keyFile, database: fixture.path) }
    }

    init() throws { fixture = try StoreFixture() }

    private func addUsers(_ count: Int, from first: Int = 0) throws {
        let other = try fixture.rawConnection()
        try other.write { db in
            for index in first..<first + count {
                try db.execute(
                    sql: "INSERT INTO shared_variables (variable) VALUES (?)",
                    arguments: ["V\(index)_" + String(repeating: "x", count: 900)])
            }
        }
        try other.close()
    }

    private func rows(_ path: String) throws -> Int {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM shared_variables") ?? -1 }
    }

    @Test func isOfTheMomentAtWhichItBeganWhileAnotherConnectionCommitsAtEachStep() throws {
        try addUsers(200)
        let steps = Counter()
        try DatabaseSnapshot.write(fixture.path, to: copy, pagesPerStep: 8) { [fixture] in
            steps.add()
            // Without a moment that is held, the copy would begin anew at each of these.
            guard steps.value < 1000 else { throw CancellationError() }
            let other = try fixture.rawConnection()
            try other.write {
                try $0.execute(
                    sql: "INSERT INTO shared_variables (variable) VALUES (?)", arguments: ["LATER\(steps.value)"])
            }
            try other.close()
        }
        #expect(steps.value > 10)
        #expect(try rows(copy) == 200)
        #expect(try rows(fixture.path) == 200 + steps.value)
        #expect(try DatabaseCopy(path: copy).problems(sealer: sealer) == [])
    }

    @Test func isOneFileForItsOwnerAloneAndKeepsTheInstallation() throws {
        try DatabaseSnapshot.write(fixture.path, to: copy)
        let attributes = try FileManager.default.attributesOfItem(atPath: copy)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: copy + "-wal"))
        let identity = try DatabaseCopy(path: copy).identity()
        #expect(identity.installation == fixture.store.installationID)
        #expect(identity.migrations.contains("v1"))
        #expect(!FileManager.default.fileExists(atPath: copy + "-wal"), "looking writes nothing")
    }

    @Test func writesOverNothing() throws {
        try "mine".write(toFile: copy, atomically: true, encoding: .utf8)
        #expect(throws: StoreError.file(path: copy, message: "is there already")) {
            try DatabaseSnapshot.write(fixture.path, to: copy)
        }
        #expect(try String(contentsOfFile: copy, encoding: .utf8) == "mine")
    }

    @Test func anotherKeyIsTold() throws {
        try DatabaseSnapshot.write(fixture.path, to: copy)
        let other = try StoreFixture()
        let sealer = try Sealer.load(keyFile: other.keyFile, database: other.path)
        #expect(try DatabaseCopy(path: copy).problems(sealer: sealer) == ["\(StoreError.otherKey)"])
    }

    @Test func aSealedValueThatDoesNotOpenIsTold() async throws {
        try await fixture.user("alice")
        try await fixture.store.setOverride(user: "alice", backend: "", variable: "KEY", value: Secret("secret"))
        try DatabaseSnapshot.write(fixture.path, to: copy)
        let queue = try DatabaseQueue(path: copy)
        try await queue.write { try $0.execute(sql: "UPDATE overrides SET variable = 'OTHER'") }
        try queue.close()
        let problems = try DatabaseCopy(path: copy).problems(sealer: sealer)
        #expect(problems.count == 1 && problems[0].contains("overrides.sealed_value"), "\(problems)")
    }

    @Test func aNewerSchemaIsTold() throws {
        try DatabaseSnapshot.write(fixture.path, to: copy)
        let queue = try DatabaseQueue(path: copy)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')") }
        try queue.close()
        let problems = try DatabaseCopy(path: copy).problems(sealer: sealer)
        #expect(problems == ["\(StoreError.newerSchema(path: copy, migrations: ["from the future"]))"])
    }

    @Test func aDamagedPageIsTold() throws {
        try addUsers(200)
        try DatabaseSnapshot.write(fixture.path, to: copy)
        let file = try FileHandle(forUpdating: URL(filePath: copy))
        let size = try file.seekToEnd()
        try file.seek(toOffset: size / 4096 / 2 * 4096)
        try file.write(contentsOf: Data(repeating: 0xFF, count: 4096))
        try file.close()
        #expect(try !DatabaseCopy(path: copy).problems(sealer: sealer).isEmpty)
    }
}
