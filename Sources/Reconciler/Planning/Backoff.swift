package import Spec

extension FailureRecord {
    /// The record after one more failure.
    ///
    ///     failures in a row | 1    2    3     4     5 and more
    ///     next attempt at   | 2 s  6 s  18 s  54 s  none: crash loop
    ///
    /// A wait is shortened by up to a fifth, by chance, so that runners that fell together do not rise together, and
    /// never exceeds ``longestWait``. The count starts anew with another generation or fingerprint, and after a steady
    /// minute: when the runner had been ready for `readyFor` ≥ 60 s before this failure. nil: it did not become ready.
    package static func next(
        after previous: FailureRecord?, failure: RunnerFailure, generation: Int64, fingerprint: String? = nil,
        now: Timestamp, readyFor: Duration?, using generator: inout some RandomNumberGenerator
    ) -> FailureRecord {
        var count = 1
        if let previous, previous.isAbout(generation: generation, fingerprint: fingerprint),
            (readyFor ?? .zero) < steady
        {
            count = previous.count < .max ? previous.count + 1 : .max
        }
        let full = fullWait(after: count)
        let wait = Int64.random(in: (full - full / 5)...full, using: &generator)
        return FailureRecord(
            count: count, generation: generation, fingerprint: fingerprint, retryAt: now + .milliseconds(wait),
            last: failure)
    }

    /// False after an edit, by a person or of a file.
    func isAbout(generation: Int64, fingerprint: String?) -> Bool {
        guard self.generation == generation else { return false }
        guard let before = self.fingerprint, let fingerprint else { return true }
        return before == fingerprint
    }

    /// From a failure to the next attempt.
    static let longestWait = Duration.seconds(300)

    private static let steady = Duration.seconds(60)

    /// Milliseconds: 2 s, times 3 for each failure after the first, at most ``longestWait``.
    private static func fullWait(after count: Int) -> Int64 {
        var wait: Int64 = 2000
        for _ in 1..<min(max(count, 1), 6) { wait *= 3 }
        return min(wait, longestWait.wholeMilliseconds)
    }
}
