import DockerEngine
import Foundation
import Logging
import Reconciler
import Spec
import Store

/// Desired and observed state as a command reads them: once, without changing anything.
struct World {
    let desired: DesiredState
    let observed: ObservedState
    let history: FailureHistory
    let policy: PlanPolicy
    let now: Timestamp

    /// One row of `status`.
    struct Row: Codable {
        let runner: String
        let container: String?
        let state: String
        let wanted: String
        let next: String
    }

    /// Throws with the reason when the database or the daemon cannot be read: no reading, no plan.
    ///
    /// `isApproved`: what the files change may be carried out although it is above the safety share.
    static func read(
        _ configuration: Configuration, environment: [String: String], isApproved: Bool = false
    ) async throws -> World {
        let logger = Logger(label: "operatord") { _ in SwiftLogNoOpLogHandler() }
        let root = DataRoot(paths: configuration.stack.paths)
        let clock = SystemClock()
        let (store, sealer) = try root.openExistingStore(clock: clock)
        let source = DesiredStateSource(
            store: store, configuration: ConfigurationInForce(configuration), clock: clock,
            processEnvironment: environment, fingerprintKey: sealer.fingerprintKey, makesWishes: false
        )
        let engine = DockerEngine(
            configuration: .init(configuration.stack, installation: store.installationID), logger: logger
        )
        do {
            let desired = try await source.desiredState()
            let containers = try await engine.listContainers()
            let images = await ImageCatalog(engine: engine).images(
                of: desired.imageReferences, at: clock.now(), freshFor: .zero)
            var policy = PlanPolicy(configuration.stack.reconcile)
            if isApproved { policy.approvedRevision = desired.configRevision }
            let world = World(
                desired: desired, observed: ObservedState(containers: containers, images: images),
                history: try await store.failureHistory(),
                policy: policy, now: clock.now()
            )
            await engine.shutdown()
            return world
        } catch {
            await engine.shutdown()
            throw error
        }
    }

    /// The plan of the next pass, with running containers taken as ready and without leases: only `serve` knows those.
    func plan() -> Plan {
        var activity: [RunnerID: Activity] = [:]
        for container in observed.containers where container.state == .running {
            guard let runner = container.runner else { continue }
            activity[runner] = Activity(
                lastActivity: desired.runners[runner]?.lastActivity ?? .epoch, ready: container.id
            )
        }
        return Planner.plan(
            desired: desired, observed: observed, history: history, inFlight: InFlight(activity: activity),
            policy: policy, now: now
        )
    }

    /// What a runner is to be made from, field by field; empty when that cannot be worked out.
    func spec(of id: RunnerID) -> [String: String] {
        guard case .runnable(let spec) = desired.runners[id]?.resolution else { return [:] }
        return FieldValues(name: spec.containerName, container: spec.container).byPath
    }

    /// With who says so, when that is not the runner's own user or a default.
    private static func wanted(_ runner: DesiredRunner?) -> String {
        guard let runner else { return "no wish" }
        guard let idle = runner.idle, idle.isDeclared, !runner.want.isWithdrawn else { return runner.want.word }
        let overruled = idle.overruled.map { ", not the user's own \($0) s" } ?? ""
        return "\(runner.want.word) (\(idle.origin.rawValue) in stack.yaml\(overruled))"
    }

    func rows() -> [Row] {
        let plan = plan()
        let next = Dictionary(
            plan.lanes.map { ($0.runner, "\($0.verb.rawValue): \($0.cause)") }
                + plan.held.map { ($0.runner, $0.description) },
            uniquingKeysWith: { first, _ in first }
        )
        let containers = Dictionary(grouping: observed.containers) { $0.runner ?? Lane.unknownRunner }
        let wanted = desired.runners.filter { !$0.value.want.isWithdrawn }.keys
        return Set(wanted).union(containers.keys).sorted().map { id in
            let container = containers[id]?.first
            return Row(
                runner: id.description, container: container?.name, state: container?.state.word ?? "none",
                wanted: Self.wanted(desired.runners[id]), next: next[id] ?? "-"
            )
        }
    }
}

/// Nothing was ever served from this data root, or it is another one.
struct NoDatabase: Error, CustomStringConvertible {
    let path: String

    var description: String { "There is no database at \(path). Check paths.dataRoot, or start operatord serve once." }
}

extension Want {
    fileprivate var isWithdrawn: Bool {
        if case .no = self { true } else { false }
    }

    fileprivate var word: String {
        switch self {
        case .always: "always"
        case .whileActive(let idle): "idle \(idle.components.seconds) s"
        case .no(let reason, _): "no: \(reason)"
        }
    }
}

extension ContainerState {
    fileprivate var word: String {
        switch self {
        case .created: "created"
        case .running: "running"
        case .paused: "paused"
        case .restarting: "restarting"
        case .removing: "removing"
        case .dead: "dead"
        case .exited(let code): code.map { "exited \($0)" } ?? "exited"
        }
    }
}
