import HTTPTypes
import Hummingbird
import Spec

/// A runner's log as it comes, as server-sent events of ``FollowedLogEvent``.
final class LogFollowingRoute: Sendable {
    private static let mostLines = 1000
    private static let keepAlive = Duration.seconds(10)

    private let logs: any RunnerLogReading
    private let clock: any WallClock
    /// Each has a connection to the engine of its own, of which there is a bounded number.
    private let places = FollowerPlaces(8)

    init(_ dependencies: APIDependencies) {
        logs = dependencies.logs
        clock = dependencies.clock
    }

    func stream(of id: RunnerID, _ request: Request) throws -> Response {
        let tail = try request.number("tail", standard: 200, in: 0...Self.mostLines)
        guard let place = places.take() else {
            throw APIFailure(
                status: 429, code: "too_many_followers",
                message: "\(places.count) logs are followed already; end one of them.")
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8"],
            body: .events(
                keepAlive: Self.keepAlive, clock: clock, mayStay: { true },
                replacement: { $1.replacement(after: $0) },
                produce: { [logs] send in
                    defer { place.leave() }
                    do throws(EngineError) {
                        try await logs.followLog(of: id, lines: tail) { send(FollowedLogEvent($0)) }
                    } catch {
                        send(FollowedLogEvent(problem: error.description))
                    }
                }))
    }
}
