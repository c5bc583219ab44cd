import Foundation
import GRDB
import Spec
import Store
import Synchronization

/// A folder of its own with a real database in it, a clock that stands still and a count of the nudges.
final class StoreFixture: Sendable {
    let folder: URL
    let store: Store
    let clock: HandClock
    let nudges: Counter

    var path: String { folder.appending(path: "router.db").path }
    var keyFile: String { folder.appending(path: "keys").path }

    init(passwordCost: PasswordCost = .least) throws {
        folder = try FileManager.default.makeTemporaryFolder()
        clock = HandClock()
        nudges = Counter()
        store = try Store.open(in: folder, passwordCost: passwordCost, clock: clock, nudges: nudges)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Another connection to the same file, for what no caller of the store can do.
    func rawConnection() throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.allowsUnsafeTransactions = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    @discardableResult
    func user(_ name: String, role: Role = .user) async throws -> Account {
        try await store.createAccount(
            NewAccount(email: "\(name)@example.com", password: Secret("correct horse"), name: name, role: role))
    }

    func delete(_ account: Account) async throws {
        _ = try await store.beginDeletion(of: account.id, home: .keep)
        _ = try await store.finishDeletion(of: account.id)
    }

    func wish(of id: RunnerID) async throws -> StoredWish? {
        try await store.storedState().wishes.first { $0.id == id }
    }
}

extension Store {
    /// Opens the database of a fixture's folder, again for a restart or a copy.
    static func open(
        in folder: URL, passwordCost: PasswordCost = .least, clock: HandClock = HandClock(),
        nudges: Counter = Counter(), mostPictureBytes: Int = StackSpec.RequestLimits().userPictureBytes
    ) throws -> Store {
        let path = folder.appending(path: "router.db").path
        let sealer = try Sealer.load(keyFile: folder.appending(path: "keys").path, database: path)
        return try Store.open(
            at: path, sealer: sealer, passwordCost: passwordCost, now: { clock.time.withLock { $0 } },
            mostPictureBytes: { mostPictureBytes }, onChange: { nudges.add() })
    }
}

extension FileManager {
    func makeTemporaryFolder() throws -> URL {
        let folder = temporaryDirectory.appending(path: "store-tests-\(UUID().uuidString)")
        try createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}

final class HandClock: Sendable {
    let time = Mutex(Timestamp(milliseconds: 1_000_000))

    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }
    func add() { count.withLock { $0 += 1 } }
}
