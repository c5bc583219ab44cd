import Hummingbird
import Spec

/// What the command line asks a running operatord. Whoever reaches the socket is the operator.
struct ControlRoutes: Sendable {
    private let dependencies: APIDependencies
    private var actions: ControlActions { dependencies.actions }

    init(_ dependencies: APIDependencies) { self.dependencies = dependencies }

    func add(to router: Router<APIContext>) {
        router.get("status", use: status)
        router.post("reconcile", use: reconcile)
        let images = BackendImages(dependencies)
        router.get("images") { _, _ in try Response.json(["backends": await images.all()]) }
        router.post("images/{backend}/pull") { _, context in
            try Response.json(["backends": [try await images.pull(try context.parameters.require("backend"))]])
        }
        let runner = router.group("runners/{user}/{backend}")
        let records = RunnerRecords(dependencies)
        runner.get("log") { try await records.log(of: Self.runner($1), $0) }
        let following = LogFollowingRoute(dependencies)
        runner.get("log/follow") { try following.stream(of: Self.runner($1), $0) }
        runner.get("events") { try await records.events(of: Self.runner($1), $0) }
        runner.post("recycle", use: recycle)
        runner.post("suspend", use: suspend)
        runner.post("resume", use: resume)
    }

    @Sendable private func recycle(request: Request, context: APIContext) async throws -> Response {
        let id = try Self.runner(context)
        return try .json(
            ChangedReply(changed: try await dependencies.editing.recycle(id, closing: dependencies.starting)))
    }

    @Sendable private func suspend(request: Request, context: APIContext) async throws -> Response {
        let form = try await request.json(as: SuspendForm.self)
        let reason = try Suspension.reason(form.reason)
        return try .json(
            ChangedReply(changed: try await actions.editing.suspend(try Self.runner(context), reason: reason)))
    }

    @Sendable private func resume(request: Request, context: APIContext) async throws -> Response {
        try .json(ChangedReply(changed: try await actions.editing.resume(try Self.runner(context))))
    }

    @Sendable private func status(request: Request, context: APIContext) async throws -> Response {
        try .json(await currentStatus())
    }

    /// Reads the files, makes a pass and answers what it saw; with `?approve=true`, approves what the pass holds back.
    @Sendable private func reconcile(request: Request, context: APIContext) async throws -> Response {
        let approve = request.uri.queryParameters.get("approve") == "true"
        let held = try await dependencies.reconcileNow(approving: approve)
        return try .json(ReconcileReply(held: held, status: await currentStatus()))
    }

    private func currentStatus() async -> StatusReply {
        let revision = actions.revision()
        return StatusReply(
            revision: revision, isApproved: dependencies.status.approvedRevision == revision,
            lastPass: Nullable(dependencies.status.lastPass?.description),
            wave: Nullable(dependencies.status.wave),
            conditions: await dependencies.conditions(),
            source: Nullable(dependencies.configuration.source.map(SourceReply.init)),
            runners: dependencies.status.statuses(ofUser: nil).map(StatusReply.Runner.init))
    }

    private static func runner(_ context: APIContext) throws -> RunnerID {
        RunnerID(user: try context.parameters.require("user"), backend: try context.parameters.require("backend"))
    }
}

private struct ChangedReply: Encodable {
    var changed: Bool
}

private struct ReconcileReply: Encodable {
    /// Runners that waited for approval.
    var held: Int
    var status: StatusReply
}

private struct StatusReply: Encodable {
    struct Runner: Encodable {
        var runner: String
        var phase: RunnerPhase
        var container: Nullable<String>
        var heldBy: [String]
        /// When it is stopped if nothing happens; null = never, or not running.
        var stopsAt: Nullable<String>
        var conditions: [ConditionReply]
        var failure: Nullable<FailureReply>

        init(_ status: RunnerStatus) {
            runner = status.id.description
            phase = status.phase
            container = Nullable(status.containerName)
            heldBy = status.heldBy
            stopsAt = Nullable(status.stopsAt?.description)
            conditions = status.conditions.map(ConditionReply.init)
            failure = Nullable(status.failure.map(FailureReply.init))
        }
    }

    var revision: Int
    /// Whether its change is carried out although it is above the safety share.
    var isApproved: Bool
    var lastPass: Nullable<String>
    /// null while nothing is being recreated.
    var wave: Nullable<WaveProgress>
    var conditions: [OperatorCondition]
    /// null without a repository.
    var source: Nullable<SourceReply>
    var runners: [Runner]
}
