/// Names one runner: the container of one user for one backend.
///
/// `user` is the account's slug (unique, never reused, safe in file and container names), `backend` the
/// backend's `name` in `backends.json`. Prints as `alice/hermes-agent`.
package struct RunnerID: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    package let user: String
    package let backend: String

    package init(user: String, backend: String) {
        self.user = user
        self.backend = backend
    }

    /// Reads `user/backend`; nil when there is not exactly one slash with text on both sides.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(user: String(parts[0]), backend: String(parts[1]))
    }

    package var description: String { "\(user)/\(backend)" }

    package static func < (left: RunnerID, right: RunnerID) -> Bool {
        left.user == right.user ? left.backend < right.backend : left.user < right.user
    }
}
