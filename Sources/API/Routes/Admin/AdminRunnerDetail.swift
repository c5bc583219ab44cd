import Hummingbird
import Spec

/// One runner with everything that is known of it: what it should be, what it is, in what they differ, and why.
struct AdminRunnerDetail: Encodable {
    /// What the runner should be.
    struct Wanted: Encodable {
        var generation: Int64
        /// `always`, `while_active` or `no`.
        var want: String
        /// Why it is not wanted.
        var reason: Nullable<String>
        /// Why it cannot be built as things are.
        var blocked: Nullable<String>
        /// Field to value, as far as it may be shown; null while blocked.
        var container: Nullable<[String: String]>

        init(_ runner: DesiredRunner) {
            generation = runner.generation
            (want, reason) =
                switch runner.want {
                case .always: ("always", Nullable(nil))
                case .whileActive: ("while_active", Nullable(nil))
                case .no(let reason, _): ("no", Nullable(reason))
                }
            switch runner.resolution {
            case .blocked(let reason):
                blocked = Nullable(reason.description)
                container = Nullable(nil)
            case .runnable(let spec):
                blocked = Nullable(nil)
                container = Nullable(FieldValues(name: spec.containerName, container: spec.container).byPath)
            }
        }
    }

    /// What the engine says exists.
    struct Found: Encodable {
        var container: String
        var id: String
        /// The daemon's word.
        var state: String
        var exitCode: Nullable<Int>
        var image: String
        /// That it was made for.
        var generation: Nullable<Int64>
        var createdAt: Int64
        /// What it was made from, as `container` of the spec.
        var values: [String: String]

        init(_ observed: ObservedContainer) {
            container = observed.name
            id = observed.id.description
            state = observed.state.word
            exitCode = Nullable(observed.state.exitCode)
            image = observed.image
            generation = Nullable(observed.generation)
            createdAt = observed.createdAt.wholeSeconds
            values = observed.values.byPath
        }
    }

    struct ChangeReply: Encodable {
        var field: String
        var from: Nullable<String>
        var to: Nullable<String>
        /// False when all that may be said is that it changed.
        var shown: Bool
        /// The whole as a sentence.
        var text: String

        init(_ change: FieldChange) {
            field = change.field
            from = Nullable(change.from)
            to = Nullable(change.to)
            shown = change.isShown
            text = change.description
        }
    }

    /// What the next pass would do with it.
    struct Next: Encodable {
        /// A lane's verb, or `hold`.
        var verb: String
        var cause: String
        var steps: [String]

        init(_ lane: Lane) {
            verb = lane.verb.rawValue
            cause = lane.cause
            steps = lane.steps.map(\.description)
        }

        init(_ hold: PlanReply.HoldReply) {
            verb = "hold"
            cause = hold.message
            steps = []
        }
    }

    struct SuspensionReply: Encodable {
        var reason: String
    }

    var runner: AdminRunnerReply
    /// null for a runner that nobody ever wished for.
    var spec: Nullable<Wanted>
    var observed: Nullable<Found>
    /// Why the world could not be looked at; then `observed`, `diff` and `next` are not known.
    var problem: Nullable<String>
    var diff: [ChangeReply]
    var next: Nullable<Next>
    var suspended: Nullable<SuspensionReply>
    /// Newest first.
    var events: [EventReply]
}

extension AdminRunnerDetail {
    init(
        of id: RunnerID, _ runner: AdminRunnerReply, _ dependencies: APIDependencies, events: [RunnerEvent]
    ) async throws {
        self.runner = runner
        self.events = events.map(EventReply.init)
        let reason = try await dependencies.actions.editing.suspensions()[id]
        suspended = Nullable(reason.map(SuspensionReply.init))
        do throws(NoPlan) {
            let preview = try await dependencies.plan.preview()
            let wanted = preview.desired.runners[id]
            let found = preview.observed.containers.filter { $0.runner == id }
                .min { $0.state == .running && $1.state != .running }
            spec = Nullable(wanted.map(Wanted.init))
            observed = Nullable(found.map(Found.init))
            problem = Nullable(nil)
            diff = Self.diff(wanted, found)
            let lane = (preview.working + preview.plan.lanes).first { $0.runner == id }
            let hold = preview.plan.held.first { $0.runner == id }
            next = Nullable(
                lane.map(Next.init) ?? hold.map { Next(PlanReply.HoldReply($0, dependencies.accounts)) })
        } catch {
            spec = Nullable(error.desired?.runners[id].map(Wanted.init))
            (observed, next, diff) = (Nullable(nil), Nullable(nil), [])
            problem = Nullable(error.description)
        }
    }

    private static func diff(_ wanted: DesiredRunner?, _ found: ObservedContainer?) -> [ChangeReply] {
        guard let found, case .runnable(let spec) = wanted?.resolution else { return [] }
        return spec.changes(from: found).map(ChangeReply.init)
    }
}

extension ContainerState {
    fileprivate var exitCode: Int? {
        if case .exited(let code) = self { return code }
        return nil
    }

    fileprivate var word: String {
        switch self {
        case .created: "created"
        case .running: "running"
        case .paused: "paused"
        case .restarting: "restarting"
        case .removing: "removing"
        case .dead: "dead"
        case .exited: "exited"
        }
    }
}
