import HTTPTypes
import Hummingbird
import Spec
import Synchronization

/// A runner's log as it comes, as server-sent events of `{"container": name}` and `{"line": text}`.
final class LogFollowingRoute: Sendable {
    /// Each has a connection to the engine of its own, of which there is a bounded number.
    private static let mostFollowers = 8
    private static let mostLines = 1000
    private static let keepAlive = Duration.seconds(10)

    private let logs: any RunnerLogReading
    private let clock: any WallClock
    private let followers = Atomic<Int>(0)

    init(_ dependencies: APIDependencies) {
        logs = dependencies.logs
        clock = dependencies.clock
    }

    func stream(of id: RunnerID, _ request: Request) throws -> Response {
        let tail = try request.number("tail", standard: 200, in: 0...Self.mostLines)
        guard followers.load(ordering: .relaxed) < Self.mostFollowers else {
            throw APIFailure(
                status: 429, code: "too_many_followers",
                message: "\(Self.mostFollowers) logs are followed already; end one of them.")
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8"],
            body: .events(keepAlive: Self.keepAlive, clock: clock, mayStay: { true }) { [self] send in
                followers.add(1, ordering: .relaxed)
                defer { followers.subtract(1, ordering: .relaxed) }
                do {
                    for try await piece in logs.followLog(of: id, lines: tail) { try send(FollowedLogReply(piece)) }
                } catch let error as EngineError {
                    try send(FollowedLogReply(problem: error.description))
                }
            })
    }
}

private struct FollowedLogReply: Encodable {
    var container: String?
    var line: String?
    /// Why it ends here.
    var problem: String?

    init(problem: String) { self.problem = problem }

    init(_ piece: FollowedLog) {
        switch piece {
        case .container(let name): container = name
        case .line(let text): line = text
        }
    }
}
