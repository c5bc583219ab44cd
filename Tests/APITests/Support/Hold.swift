/// A place where one caller waits until a test lets it go on.
final class Hold: Sendable {
    private let arrivals = AsyncStream.makeStream(of: Void.self)
    private let departures = AsyncStream.makeStream(of: Void.self)

    /// Called by what is held. Also goes on when its task is cancelled.
    func wait() async {
        arrivals.continuation.yield()
        await departures.stream.first { _ in true }
    }

    /// Returns when something is held.
    func begun() async { await arrivals.stream.first { _ in true } }

    func release() { departures.continuation.finish() }
}
