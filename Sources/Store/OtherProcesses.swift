import GRDB
import Synchronization

/// What of the file this process has seen, to notice what another one (the command line) commits.
final class SeenVersion: Sendable {
    private let version: Atomic<Int>

    init(_ db: Database) throws { version = Atomic(try Self.read(db)) }

    /// Whether another connection than `db` has committed since the last call.
    func hasMoved(_ db: Database) throws -> Bool {
        let now = try Self.read(db)
        return version.exchange(now, ordering: .relaxed) != now
    }

    /// Differs from an earlier value of the same connection when another one committed in between.
    private static func read(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA data_version") ?? 0
    }
}

extension Store {
    /// Takes over what another process has committed: reads the memory anew and nudges. To be called every second or
    /// so; costs next to nothing when there is nothing. Returns whether there was something.
    @discardableResult
    package func followOtherProcesses() async throws -> Bool {
        // On the writer's connection, whose own commits do not count, and in turn with its commits.
        let hasMoved = try await pool.writeWithoutTransaction { [seenVersion] db in try seenVersion.hasMoved(db) }
        guard hasMoved else { return false }
        try await saveTokenUse()
        try await pool.writeWithoutTransaction { [directory, onChange] db in
            try directory.reload(from: db)
            onChange()
        }
        return true
    }
}
