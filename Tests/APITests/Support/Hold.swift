import Testing

/// A place where one caller waits until a test lets it go on.
final class Hold: Sendable {
    private let arrival = Signal()
    private let departure = Signal()

    /// Called by what is held. Also goes on when its task is cancelled.
    func wait() async {
        arrival.set()
        await departure.untilSet()
    }

    /// Returns when something is held. Fails the test when nothing comes.
    func begun(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await arrival.wait(sourceLocation: sourceLocation)
    }

    func release() { departure.set() }
}
