import Hummingbird
import Spec

/// `/api/admin/runners`: the runners of everybody.
struct AdminRunnerRoutes: Sendable {
    private let configuration: any ConfigurationReading
    private let accounts: any AccountKeeping
    private let editing: any DesiredStateEditing
    private let status: any StatusReading
    private let starting: any RunnerStarting
    private let records: RunnerRecords
    private let clock: any WallClock
    private let dependencies: APIDependencies

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        accounts = dependencies.accounts
        editing = dependencies.editing
        status = dependencies.status
        starting = dependencies.starting
        records = RunnerRecords(dependencies)
        clock = dependencies.clock
        self.dependencies = dependencies
    }

    func add(to group: RouterGroup<AdminContext>) {
        let runners = group.group("api/admin/runners")
        runners.get(use: list)
        let runner = runners.group("{user_id}/{backend}")
        runner.get(use: detail)
        runner.delete(use: stop)
        runner.post("recycle", use: recycle)
        runner.post("suspend", use: suspend)
        runner.post("resume", use: resume)
        runner.get("logs") { try await records.log(of: id($1), $0) }
        runner.get("events") { try await records.events(of: id($1), $0) }
    }

    /// Those that exist or are coming, narrowed by `?user=` (id, slug or e-mail address), `?backend=` and `?phase=`.
    @Sendable private func list(request: Request, context: AdminContext) async throws -> Response {
        let query = request.uri.queryParameters
        let (user, backend, phase) = (query["user"]?.lowercased(), query["backend"], query["phase"])
        var replies: [AdminRunnerReply] = []
        var idleSeconds: [String: [String: Int]] = [:]
        for runner in status.statuses(ofUser: nil) where runner.phase != .stopped {
            if let backend, runner.id.backend != backend { continue }
            if let phase, runner.phase.rawValue != phase { continue }
            let slug = runner.id.user
            let account = accounts.account(slug: slug)
            if let user, ![slug, account?.email, (account?.id).map { "\($0)" }].contains(user) { continue }
            if idleSeconds[slug] == nil { idleSeconds[slug] = try await editing.idleSeconds(ofUser: slug) }
            replies.append(reply(runner, account, idleSeconds: idleSeconds[slug]?[runner.id.backend]))
        }
        let suspended = try await dependencies.actions.editing.suspensions().sorted { $0.key < $1.key }
        return try .json(
            AdminRunnersReply(
                runners: replies,
                suspended: suspended.map { id, reason in
                    .init(
                        backend: id.backend, reason: reason, user: RunnerOwner(id, accounts))
                }))
    }

    /// `?events=` of its history, 50 unless told.
    @Sendable private func detail(request: Request, context: AdminContext) async throws -> Response {
        let id = try id(context)
        let limit = try request.number("events", standard: 50, in: 1...200)
        let idle = try await editing.idleSeconds(ofUser: id.user)[id.backend]
        let present = status.status(of: id) ?? RunnerStatus(id: id, phase: .stopped)
        return try .json(
            await AdminRunnerDetail(
                of: id, reply(present, accounts.account(slug: id.user), idleSeconds: idle), dependencies,
                events: try await dependencies.history.events(of: id, limit: limit)))
    }

    @Sendable private func suspend(request: Request, context: AdminContext) async throws -> Response {
        let id = try id(context)
        let reason = try Suspension.reason(try await request.json(as: SuspendForm.self).reason)
        return try .json(["changed": try await dependencies.actions.editing.suspend(id, reason: reason)])
    }

    @Sendable private func resume(request: Request, context: AdminContext) async throws -> Response {
        try .json(["changed": try await dependencies.actions.editing.resume(try id(context))])
    }

    @Sendable private func stop(request: Request, context: AdminContext) async throws -> Response {
        try .json(["stopped": try await starting.stop(id(context), because: "stopped by the admin")])
    }

    @Sendable private func recycle(request: Request, context: AdminContext) async throws -> Response {
        let id = try id(context)
        let exists = status.status(of: id).map { $0.phase != .stopped } ?? false
        return try .json(["recycled": exists ? try await editing.recycle(id, closing: starting) : false])
    }

    /// A backend that was taken out of the file may still have a runner that drains.
    private func id(_ context: AdminContext) throws -> RunnerID {
        guard let user = try context.number("user_id"), let account = accounts.account(user) else {
            throw APIFailure(status: 404, code: "user_not_found", message: "There is no such user.")
        }
        let backend = try context.parameters.require("backend")
        let id = RunnerID(user: account.slug, backend: backend)
        guard configuration.current.backend(named: backend) != nil || status.status(of: id) != nil else {
            throw APIFailure.unknownBackend(backend)
        }
        return id
    }

    private func reply(_ status: RunnerStatus, _ account: Account?, idleSeconds: Int?) -> AdminRunnerReply {
        let configuration = configuration.current
        let backend = configuration.backend(named: status.id.backend)
        let runner = RunnerReply(
            status, now: clock.now(), containerPrefix: backend?.containerPrefix,
            idleSeconds: idleSeconds ?? configuration.defaultIdleSeconds(of: backend))
        return AdminRunnerReply(
            runner: runner, user: RunnerOwner(slug: status.id.user, account: account))
    }
}

private struct AdminRunnersReply: Encodable {
    struct Suspended: Encodable {
        var backend: String
        var reason: String
        var user: RunnerOwner
    }

    var runners: [AdminRunnerReply]
    /// Every suspended runner, whatever narrows the list; most are stopped and so not in it.
    var suspended: [Suspended]
}

/// A runner as its user sees it, and whose it is.
struct AdminRunnerReply: Encodable {
    var runner: RunnerReply
    var user: RunnerOwner

    private enum CodingKeys: CodingKey { case user }

    func encode(to encoder: any Encoder) throws {
        try runner.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user, forKey: .user)
    }
}
