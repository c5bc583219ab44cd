import Hummingbird
import Spec

/// `/api/runners`: a user's own runners. Everything here edits or reads; the reconciler does the work.
struct RunnerRoutes: Sendable {
    /// A start may have to pull an image of gigabytes first; the reconciler's own deadlines end it long before.
    private static let longestStart = Duration.seconds(30 * 60)

    private let configuration: any ConfigurationReading
    private let editing: any DesiredStateEditing
    private let status: any StatusReading
    private let starting: any RunnerStarting
    private let records: RunnerRecords
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        editing = dependencies.editing
        status = dependencies.status
        starting = dependencies.starting
        records = RunnerRecords(dependencies)
        clock = dependencies.clock
    }

    func add(to group: RouterGroup<SignedInContext>) {
        let runners = group.group("api/runners")
        runners.get(use: list)
        runners.get("{backend}", use: one)
        runners.get("{backend}/logs") { try await records.log(of: id($1), $0) }
        runners.get("{backend}/events") { try await records.events(of: id($1), $0) }
        runners.post("{backend}/start", use: start)
        runners.post("{backend}/recycle", use: recycle)
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

    @Sendable private func one(request: Request, context: SignedInContext) async throws -> Response {
        let id = try id(context)
        let idleSeconds = try await editing.idleSeconds(ofUser: id.user)
        let present = status.status(of: id) ?? RunnerStatus(id: id, phase: .stopped)
        return try .json(["runner": reply(present, idleSeconds: idleSeconds)])
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

    /// Asks for a new container in place of the present one; it comes when requests in flight are answered.
    @Sendable private func recycle(request: Request, context: SignedInContext) async throws -> Response {
        let id = try id(context)
        let exists = status.status(of: id).map { $0.phase != .stopped } ?? false
        return try .json(["recycled": exists ? try await editing.recycle(id, closing: starting) : false])
    }

    @Sendable private func stop(request: Request, context: SignedInContext) async throws -> Response {
        try .json(["stopped": try await starting.stop(id(context))])
    }

    @Sendable private func setIdle(request: Request, context: SignedInContext) async throws -> Response {
        let backend = try knownBackend(context)
        let id = RunnerID(user: context.account.slug, backend: backend.name)
        let form: IdleForm = try await request.json()
        let seconds = Self.clamped(form.idleSeconds, least: configuration.current.stack.runners.minIdleSeconds)
        try await editing.setIdleSeconds(seconds, for: id)
        let idle = UserRules(configuration.current.stack).idleTime(of: context.account, backend, own: seconds)
        return try .json(
            IdleReply(
                idleSeconds: idle.seconds, idleDeclaredBy: Nullable(idle.isDeclared ? idle.origin.rawValue : nil),
                idleOverruledSeconds: Nullable(idle.overruled)))
    }

    /// 0 or less is never.
    private static func clamped(_ seconds: Int, least: Int) -> Int {
        seconds <= 0 ? 0 : min(max(seconds, least), StackSpec.RunnerDefaults.mostIdleSeconds)
    }

    /// A backend that was taken out of the file may still have a runner that drains.
    private func id(_ context: SignedInContext) throws -> RunnerID {
        let name = try context.parameters.require("backend")
        let id = RunnerID(user: context.account.slug, backend: name)
        guard configuration.current.backend(named: name) != nil || status.status(of: id) != nil else {
            throw APIFailure.unknownBackend(name)
        }
        return id
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

/// The idle time that holds now: not the one just set when `stack.yaml` declares another.
private struct IdleReply: Encodable {
    var idleSeconds: Int
    var idleDeclaredBy: Nullable<String>
    var idleOverruledSeconds: Nullable<Int>
}

private struct IdleForm: Decodable {
    var idleSeconds: Int
}
