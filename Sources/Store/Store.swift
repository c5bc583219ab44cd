import Foundation
import GRDB
package import Spec

/// The rows: accounts, wishes, values and what the reconciler writes down. The only door to SQLite.
///
/// Each writing method is one transaction. When it returns, the change is committed, survives the death of the
/// process, and is visible in the memory reads (``account(_:)``, ``account(slug:)``, ``isSessionRevoked(_:)``).
package final class Store: Sendable {
    /// Random and stable: names this installation in container labels. 16 hex digits.
    package let installationID: String

    let pool: DatabasePool
    let sealer: Sealer
    let hasher: PasswordHasher
    let directory: AccountDirectory
    let seen = SeenAccounts()
    let seenVersion: SeenVersion
    let now: @Sendable () -> Timestamp
    let mostPictureBytes: @Sendable () -> Int
    let onChange: @Sendable () -> Void

    private init(
        pool: DatabasePool, sealer: Sealer, hasher: PasswordHasher, installationID: String,
        directory: AccountDirectory, seenVersion: SeenVersion, now: @escaping @Sendable () -> Timestamp,
        mostPictureBytes: @escaping @Sendable () -> Int, onChange: @escaping @Sendable () -> Void
    ) {
        self.pool = pool
        self.sealer = sealer
        self.hasher = hasher
        self.installationID = installationID
        self.directory = directory
        self.seenVersion = seenVersion
        self.now = now
        self.mostPictureBytes = mostPictureBytes
        self.onChange = onChange
    }

    /// Opens the database at `path`, creating it with mode 0600 when missing, and brings its schema up to date.
    ///
    /// `onChange` is called after each commit that changed something ``storedState()`` shows, on the writer's queue:
    /// it must not wait. `mostPictureBytes` are those of all pictures of one user, asked for at each writing of some;
    /// 0 is no limit. Throws a ``StoreError`` when the file belongs to a newer operatord or to another key file.
    package static func open(
        at path: String, sealer: Sealer, passwordCost: PasswordCost = .standard,
        now: @escaping @Sendable () -> Timestamp,
        mostPictureBytes: @escaping @Sendable () -> Int = { StackSpec.RequestLimits().userPictureBytes },
        onChange: @escaping @Sendable () -> Void
    ) throws -> Store {
        try DatabaseFile.restrict(path)
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = NORMAL")
            // What is deleted is overwritten, so that conversations leave no text behind.
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try Schema.migrate(pool, path: path)
        let installationID = try pool.write { try Installation.claim($0, sealer: sealer) }
        // Before the directory is read, so that what comes in between is noticed.
        let seenVersion = try pool.writeWithoutTransaction { try SeenVersion($0) }
        let directory = try pool.read { try AccountDirectory(reading: $0) }
        return Store(
            pool: pool, sealer: sealer, hasher: PasswordHasher(cost: passwordCost), installationID: installationID,
            directory: directory, seenVersion: seenVersion, now: now,
            mostPictureBytes: mostPictureBytes, onChange: onChange)
    }

    /// Waits for running accesses, then closes the file. Later calls throw.
    package func close() throws { try pool.close() }

    /// Runs one transaction, then applies what it reported: first the memory, then the nudge.
    ///
    /// What it reported for the audit log is written in the same transaction, in the name of ``Actor/current`` here.
    ///
    /// Both happen on the writer's queue right after the commit, so memory follows the order of the commits and a
    /// caller that is cancelled after the commit loses neither.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database, inout Effects) throws -> Result
    ) async throws -> Result {
        // Captured here, because task locals do not reach the writer's queue.
        let actor = Actor.current
        return try await pool.write { [directory, onChange, now] db in
            var effects = Effects(actor: actor)
            let result = try body(db, &effects)
            for record in effects.audit { try record.insert(into: db, at: now(), by: effects.actor) }
            guard effects.reachesOutside else { return result }
            db.afterNextTransaction { [effects] _ in
                if let edit = effects.directoryEdit { directory.apply(edit) }
                if effects.changesDesiredState { onChange() }
            }
            return result
        }
    }
}

/// What a transaction reports: what it changes outside the database once it is committed, and who did what.
struct Effects: Sendable {
    /// In whose name the audit entries are written.
    var actor: Actor
    var changesDesiredState = false
    var directoryEdit: AccountDirectory.Edit?
    private(set) var audit: [AuditRecord] = []

    init(actor: Actor) { self.actor = actor }

    var reachesOutside: Bool { changesDesiredState || directoryEdit != nil }

    /// Adds an entry to the audit log in this transaction. Secrets are `set` or `unset`, never their value.
    ///
    /// - Parameter target: See ``AuditEntry/target``.
    mutating func audit(_ action: AuditAction, target: String, before: String? = nil, after: String? = nil) {
        audit.append(AuditRecord(action: action, target: target, before: before, after: after))
    }
}
