/// How far the recreations of one change have got; see ``Plan/replacements``.
///
/// Counted from the first pass that replaces running containers to the first that has none left to replace, within one
/// process: after a restart what is left is the whole.
package struct WaveProgress: Sendable, Hashable, CustomStringConvertible {
    /// Runners that it concerns, or concerned.
    package var total: Int
    /// Of those, the ones that came to no new container; their statuses say why.
    package var failed: Int
    /// With a lane that replaces the container.
    package var working: Int
    /// Waiting for their requests to end.
    package var draining: Int
    /// Going on as they are until it is their turn.
    package var waiting: Int

    package init(total: Int, failed: Int = 0, working: Int = 0, draining: Int = 0, waiting: Int = 0) {
        self.total = total
        self.failed = failed
        self.working = working
        self.draining = draining
        self.waiting = waiting
    }

    /// Of the total, what is not replaced yet.
    package var left: Int { working + draining + waiting }
    package var done: Int { total - failed - left }

    /// `7 of 20 runners recreated, 4 at work, 1 drains, 8 wait for their turn`.
    package var description: String {
        let parts = [
            (failed, "failed"), (working, "at work"), (draining, draining == 1 ? "drains" : "drain"),
            (waiting, waiting == 1 ? "waits for its turn" : "wait for their turn"),
        ]
        let others = parts.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
        return "\(done) of \(total) runners recreated\(others)"
    }
}

/// As an object of numbers; `done` is told although it follows from the others.
extension WaveProgress: Codable {
    private enum CodingKeys: CodingKey {
        case total, done, failed, working, draining, waiting
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys) throws -> Int { try values.decode(Int.self, forKey: key) }
        self.init(
            total: try number(.total), failed: try number(.failed), working: try number(.working),
            draining: try number(.draining), waiting: try number(.waiting))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(total, forKey: .total)
        try values.encode(done, forKey: .done)
        try values.encode(failed, forKey: .failed)
        try values.encode(working, forKey: .working)
        try values.encode(draining, forKey: .draining)
        try values.encode(waiting, forKey: .waiting)
    }
}
