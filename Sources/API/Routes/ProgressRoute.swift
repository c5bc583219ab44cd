import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Spec

/// `GET /api/runners/{backend}/progress`: a start as it happens, as server-sent events.
struct ProgressRoute: Sendable {
    private static let keepAlive = Duration.seconds(10)

    private let configuration: any ConfigurationReading
    private let status: any StatusReading
    private let clock: any WallClock
    private let standing: CallerStanding

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        status = dependencies.status
        clock = dependencies.clock
        standing = CallerStanding(dependencies)
    }

    func add(to group: RouterGroup<SignedInContext>) {
        group.get("api/runners/{backend}/progress", use: stream)
    }

    @Sendable private func stream(request: Request, context: SignedInContext) throws -> Response {
        let name = try context.parameters.require("backend")
        guard configuration.current.backend(named: name) != nil else { throw APIFailure.unknownBackend(name) }
        let caller = context.caller
        let id = RunnerID(user: caller.account.slug, backend: name)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8"],
            body: .events(
                keepAlive: Self.keepAlive, clock: clock, mayStay: { [standing] in standing.holds(caller) },
                produce: { [status] send in await Self.report(on: id, status: status, send: send) }))
    }

    /// `snapshot` first, then each step, ending after `ready` or `error`. The percentage never goes back.
    private static func report(
        on id: RunnerID, status: any StatusReading, send: (ProgressReply) -> Void
    ) async {
        // Subscribed before the snapshot is taken, so that no step falls in between.
        let steps = status.progress(of: id)
        let isReady = status.status(of: id)?.phase == .ready
        let word = isReady ? "ready" : "not running"
        send(ProgressReply(StartProgress(stage: .snapshot, percent: isReady ? 100 : 0, message: word)))
        guard !isReady else {
            return send(ProgressReply(StartProgress(stage: .ready, percent: 100, message: word)))
        }
        var reached = 0
        for await var step in steps.cancelOnGracefulShutdown() {
            reached = max(reached, step.percent)
            step.percent = reached
            send(ProgressReply(step))
            if step.stage.isFinal { return }
        }
    }
}
