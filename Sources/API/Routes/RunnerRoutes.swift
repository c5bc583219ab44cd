import Hummingbird
import Spec

/// `/api/runners`: a user's own runners. Everything here edits or reads; the reconciler does the work.
struct RunnerRoutes: Sendable {
    /// A start may have to pull an image of gigabytes first; the reconciler's own deadlines end it long before.
    private static let longestStart = Duration.seconds(30 * 60)
    /// Upper bound of what a user may set.
    private static let mostIdleSeconds = 21_600

    private let configuration: any ConfigurationReading
    private let editing: any DesiredStateEditing
    private let status: any StatusReading
    private let starting: any RunnerStarting
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        editing = dependencies.editing
        status = dependencies.status
        starting = dependencies.starting
        clock = dependencies.clock
    }

    func add(to group: RouterGroup<SignedInContext>) {
        let runners = group.group("api/runners")
        runners.get(use: list)
        runners.post("{backend}/start", use: start)
        runners.delete("{backend}", use: stop)
        runners.put("{backend}/idle", use: setIdle)
    }

    @Sendable private func list(request: Request, context: SignedInContext) async throws -> Response {
        let idleSeconds = try await editing.idleSeconds(ofUser: context.account.slug)
        let runners = status.statuses(ofUser: context.account.slug)
            .filter { $0.phase != .stopped && context.caller.mayUse(backend: $0.id.backend) }
            .map { reply($0, idleSeconds: idleSeconds) }
        return try .json(["runners": runners])
    }

    @Sendable private func start(request: Request, context: SignedInContext) async throws -> Response {
        let id = RunnerID(user: context.account.slug, backend: try knownBackend(context).name)
        let started: RunnerStatus
        do {
            started = try await starting.start(id, waitingAtMost: Self.longestStart)
        } catch .stillStarting(let progress) {
            throw APIFailure(
                status: 504, code: "runner_not_ready", message: GateError.stillStarting(progress).description)
        }
        let idleSeconds = try await editing.idleSeconds(ofUser: context.account.slug)
        return try .json(["runner": reply(started, idleSeconds: idleSeconds)])
    }

    @Sendable private func stop(request: Request, context: SignedInContext) async throws -> Response {
        let name = try context.parameters.require("backend")
        let id = RunnerID(user: context.account.slug, backend: name)
        // A backend that was taken out of the file may still have a runner that drains.
        guard configuration.current.backend(named: name) != nil || status.status(of: id) != nil else {
            throw APIFailure.unknownBackend(name)
        }
        return try .json(["stopped": try await starting.stop(id)])
    }

    @Sendable private func setIdle(request: Request, context: SignedInContext) async throws -> Response {
        let id = RunnerID(user: context.account.slug, backend: try knownBackend(context).name)
        let form: IdleForm = try await request.json()
        let seconds = Self.clamped(form.idleSeconds, least: configuration.current.stack.runners.minIdleSeconds)
        try await editing.setIdleSeconds(seconds, for: id)
        return try .json(["idle_seconds": seconds])
    }

    /// 0 or less is never.
    private static func clamped(_ seconds: Int, least: Int) -> Int {
        seconds <= 0 ? 0 : min(max(seconds, least), mostIdleSeconds)
    }

    private func knownBackend(_ context: SignedInContext) throws -> BackendSpec {
        let name = try context.parameters.require("backend")
        guard let backend = configuration.current.backend(named: name) else { throw APIFailure.unknownBackend(name) }
        return backend
    }

    private func reply(_ status: RunnerStatus, idleSeconds: [String: Int]) -> RunnerReply {
        let configuration = configuration.current
        let backend = configuration.backend(named: status.id.backend)
        return RunnerReply(
            status, now: clock.now(), containerPrefix: backend?.containerPrefix,
            idleSeconds: idleSeconds[status.id.backend] ?? configuration.defaultIdleSeconds(of: backend))
    }
}

private struct IdleForm: Decodable {
    var idleSeconds: Int
}
