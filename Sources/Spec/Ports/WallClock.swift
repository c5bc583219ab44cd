/// Where time comes from. Two implementations: the system's, and the simulated engine's virtual clock.
package protocol WallClock: Sendable {
    func now() -> Timestamp
    /// Returns after `duration` of this clock, at once when it is zero or negative; throws `CancellationError` when
    /// the task is cancelled first.
    func sleep(for duration: Duration) async throws
}
