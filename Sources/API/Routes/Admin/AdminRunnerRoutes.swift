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

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        accounts = dependencies.accounts
        editing = dependencies.editing
        status = dependencies.status
        starting = dependencies.starting
        records = RunnerRecords(dependencies)
        clock = dependencies.clock
    }

    func add(to group: RouterGroup<AdminContext>) {
        let runners = group.group("api/admin/runners")
        runners.get(use: list)
        let runner = runners.group("{user_id}/{backend}")
        runner.delete(use: stop)
        runner.post("recycle", use: recycle)
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
        return try .json(["runners": replies])
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
            runner: runner,
            user: .init(id: Nullable(account?.id), email: Nullable(account?.email), slug: status.id.user))
    }
}

/// A runner as its user sees it, and whose it is.
private struct AdminRunnerReply: Encodable {
    var runner: RunnerReply
    var user: Owner

    /// `id` and `email` are null for a user who is gone and whose container is about to go.
    struct Owner: Encodable {
        var id: Nullable<UserID>
        var email: Nullable<String>
        var slug: String
    }

    private enum CodingKeys: CodingKey { case user }

    func encode(to encoder: any Encoder) throws {
        try runner.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(user, forKey: .user)
    }
}
