import GRDB
package import Spec
import Synchronization

/// When accounts were last written down as seen, so that most requests write nothing.
final class SeenAccounts: Sendable {
    /// What the times are true to.
    private static let resolution = Duration.seconds(60)

    private let times = Mutex<[UserID: Timestamp]>([:])

    /// Whether it is time to write it down again; the caller then does.
    func isDue(_ id: UserID, at now: Timestamp) -> Bool {
        times.withLock { times in
            if let last = times[id], now >= last, now - last < Self.resolution { return false }
            times[id] = now
            return true
        }
    }
}

extension Store {
    package func noteSeen(_ id: UserID) async {
        let now = now()
        guard seen.isDue(id, at: now) else { return }
        try? await write { db, _ in
            try db.execute(
                sql: "UPDATE users SET last_seen_at = max(coalesce(last_seen_at, 0), ?) WHERE id = ?",
                arguments: [now.milliseconds, id])
        }
    }
}
