import GRDB
import Spec

/// What of a person's values and idle settings is taken.
struct OriginalValues: Sendable {
    /// `variable` is nil for an idle setting.
    struct Place: Hashable {
        var backend: String
        var variable: String?
    }

    private(set) var overrides: [OriginalOverride] = []
    private(set) var idle: [(backend: String, seconds: Int)] = []

    /// Sorts out and reports; what the account has here already stays as it is.
    init(
        _ overrides: [OriginalOverride], _ idle: [(backend: String, seconds: Int)], _ options: ImportOptions,
        for user: OriginalUser, existing: Set<Place>, _ report: inout ImportReport
    ) {
        var seen = existing
        for value in overrides {
            let name = [value.backend, value.variable].filter { !$0.isEmpty }.joined(separator: "/")
            var refusal: String?
            if value.variable.isEmpty || value.value.isEmpty {
                refusal = "is empty"
            } else if value.value.reveal().utf8.contains(0) {
                refusal = "has a NUL in it"
            } else if !seen.insert(Place(backend: value.backend, variable: value.variable)).inserted {
                refusal = "is set here already"
            }
            if let refusal {
                report.values.leftOut += 1
                report.find(user.email, "\(name) \(refusal)", remedy: "set it in Settings if it is wanted")
            } else {
                report.values.taken += 1
                self.overrides.append(value)
            }
        }
        for setting in idle {
            guard seen.insert(Place(backend: setting.backend, variable: nil)).inserted else {
                report.idleSettings.leftOut += 1
                report.find(
                    user.email, "the idle time of \(setting.backend) is set here already",
                    remedy: "set it on the page if it is wanted")
                continue
            }
            let range = options.idleSeconds
            let seconds = setting.seconds <= 0 ? 0 : min(max(setting.seconds, range.lowerBound), range.upperBound)
            if seconds != max(setting.seconds, 0) {
                report.find(
                    user.email, "the idle time of \(setting.backend), \(setting.seconds) s, becomes \(seconds) s",
                    remedy: "nothing to do; idle times are 0 (never) or \(range.lowerBound) to \(range.upperBound) s")
            }
            report.idleSettings.taken += 1
            self.idle.append((setting.backend, seconds))
        }
    }

    func insert(
        for id: UserID, slug: String, sealer: Sealer, into db: Database, _ effects: inout Effects
    ) throws {
        for value in overrides {
            let place = SealedPlace.override(user: id, backend: value.backend, variable: value.variable)
            // One that was set here in the meantime stays.
            try db.execute(
                sql: "INSERT OR IGNORE INTO overrides VALUES (?, ?, ?, ?)",
                arguments: [id, value.backend, value.variable, try sealer.seal(value.value, at: place)])
            guard db.changesCount > 0 else { continue }
            effects.audit(
                .keySet, target: [slug, value.backend, value.variable].filter { !$0.isEmpty }.joined(separator: "/"),
                before: "unset", after: "set")
        }
        for setting in idle {
            try db.execute(
                sql: "INSERT OR IGNORE INTO idle_settings (user_id, backend, idle_seconds) VALUES (?, ?, ?)",
                arguments: [id, setting.backend, setting.seconds])
        }
    }
}
