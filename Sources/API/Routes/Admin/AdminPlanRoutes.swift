import Hummingbird
import Spec

/// `/api/admin/plan`, `/reconcile` and `/overview`: what the next pass would do, and what the loop is at.
struct AdminPlanRoutes: Sendable {
    private let dependencies: APIDependencies

    init(_ dependencies: APIDependencies) { self.dependencies = dependencies }

    func add(to group: RouterGroup<AdminContext>) {
        let admin = group.group("api/admin")
        admin.get("plan", use: plan)
        admin.post("reconcile", use: reconcile)
        admin.get("overview", use: overview)
    }

    /// 200 also without a plan: `problem` says why there is none.
    @Sendable private func plan(request: Request, context: AdminContext) async throws -> Response {
        let configuration = await ConfigurationReply(dependencies)
        var (plan, problem): (PlanReply?, String?)
        do throws(NoPlan) {
            plan = PlanReply(try await dependencies.plan.preview(), accounts: dependencies.accounts)
        } catch {
            problem = error.description
        }
        return try .json(
            PlanReplies(configuration: configuration, problem: Nullable(problem), plan: Nullable(plan)))
    }

    @Sendable private func reconcile(request: Request, context: AdminContext) async throws -> Response {
        let form = try await request.json(as: ReconcileForm.self)
        let approve = form.approve ?? false
        let held = try await dependencies.reconcileNow(approving: approve, revision: form.revision)
        return try .json(
            ReconciledReply(
                held: held, approved: approve && held > 0, configuration: await ConfigurationReply(dependencies)))
    }

    @Sendable private func overview(request: Request, context: AdminContext) async throws -> Response {
        let runners = dependencies.status.statuses(ofUser: nil)
        return try .json(
            OverviewReply(
                runners: runners, suspended: try await dependencies.actions.editing.suspensions().count,
                figures: dependencies.plan.figures))
    }
}

private struct ReconcileForm: Decodable {
    var approve: Bool?
    /// Of the plan that is approved.
    var revision: Int?
}

/// What is in force, and what is wrong with it or with the operator.
private struct ConfigurationReply: Encodable {
    /// Counts the configurations put in force by this process.
    var revision: Int
    var lastPass: Nullable<String>
    var conditions: [OperatorCondition]

    init(_ dependencies: APIDependencies) async {
        revision = dependencies.actions.revision()
        lastPass = Nullable(dependencies.status.lastPass?.description)
        conditions = await dependencies.conditions()
    }
}

private struct PlanReplies: Encodable {
    var configuration: ConfigurationReply
    var problem: Nullable<String>
    var plan: Nullable<PlanReply>
}

private struct ReconciledReply: Encodable {
    /// Runners that waited for approval.
    var held: Int
    var approved: Bool
    var configuration: ConfigurationReply
}

private struct OverviewReply: Encodable {
    struct ColdStarts: Encodable {
        var count: Int
        var p50Ms: Nullable<Int64>
        var p95Ms: Nullable<Int64>
    }

    /// Runners by phase; a phase without any is left out.
    var phases: [String: Int]
    /// Ready or draining.
    var running: Int
    /// With a request or a run.
    var busy: Int
    var suspended: Int
    /// When this process began to count what follows.
    var since: Int64
    /// Failed starts and crashes by reason.
    var failures: [String: Int]
    var coldStarts: ColdStarts

    init(runners: [RunnerStatus], suspended: Int, figures: RunnerFigures) {
        phases = Dictionary(grouping: runners, by: \.phase.rawValue).mapValues(\.count)
        running = runners.count { $0.phase == .ready || $0.phase == .draining }
        busy = runners.count { !$0.heldBy.isEmpty }
        self.suspended = suspended
        since = figures.since.wholeSeconds
        failures = Dictionary(figures.failures.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
        coldStarts = ColdStarts(
            count: figures.coldStarts, p50Ms: Nullable(figures.coldStartP50?.wholeMilliseconds),
            p95Ms: Nullable(figures.coldStartP95?.wholeMilliseconds))
    }
}
