/// A decision: which runners get which steps, and why. The planner's only result.
///
/// Prints one line a lane with its cause and one indented line a step; tests and `operatord plan` compare that text.
package struct Plan: Sendable, CustomStringConvertible {
    /// Sorted by runner; at most one per runner.
    package var lanes: [Lane]
    /// Runners for which something is due but must not happen now, sorted by runner.
    package var held: [Hold]
    /// The earliest time at which a plan of the same world would differ; nil when only a change can make it differ.
    package var nextDue: Timestamp?
    /// Running runners that the configuration revision, while not settled, still has to drain, recreate or reap, held
    /// ones included. 0 with no lane in flight means that the revision is settled.
    package var configurationChanges: Int
    /// Runners whose running container another one takes the place of: by one of the lanes, or held until their turn or
    /// the end of their requests. Those with a lane at work, and those held for approval, are not among them.
    package var replacements: Set<RunnerID>

    package init(
        lanes: [Lane] = [], held: [Hold] = [], nextDue: Timestamp? = nil, configurationChanges: Int = 0,
        replacements: Set<RunnerID> = []
    ) {
        self.lanes = lanes
        self.held = held
        self.nextDue = nextDue
        self.configurationChanges = configurationChanges
        self.replacements = replacements
    }

    package var isEmpty: Bool { lanes.isEmpty }

    package var description: String {
        lanes.map(\.description).joined(separator: "\n")
    }

    /// What people are shown: lanes, then holds; `Nothing to do.` of an empty plan.
    package var listing: String {
        let lines = lanes.map(\.description) + held.map(\.description)
        return lines.isEmpty ? "Nothing to do." : lines.joined(separator: "\n")
    }
}

/// One runner's part of a plan: steps in order, for one cause.
package struct Lane: Sendable, CustomStringConvertible {
    /// Stands for a container of ours that no runner can be read from.
    package static let unknownRunner = RunnerID(user: "?", backend: "?")

    package var runner: RunnerID
    package var verb: LaneVerb
    /// One clause, lower case, without a full stop: `override.LLM_MODEL changed`.
    package var cause: String
    package var steps: [Step]
    /// Generation the lane works for; 0 for an orphan.
    package var generation: Int64
    /// What to build or probe; nil for a reap.
    package var spec: RunnerSpec?

    package init(
        runner: RunnerID, verb: LaneVerb, cause: String, steps: [Step], generation: Int64 = 0, spec: RunnerSpec? = nil
    ) {
        self.runner = runner
        self.verb = verb
        self.cause = cause
        self.steps = steps
        self.generation = generation
        self.spec = spec
    }

    package var description: String {
        (["\(verb.rawValue) \(runner): \(cause)"] + steps.map { "  \($0)" }).joined(separator: "\n")
    }
}

/// What a lane does to its runner.
package enum LaneVerb: String, Sendable {
    /// No container: make one.
    case create
    /// A container that is not as desired: stop it, make a new one.
    case recreate
    /// A created container as desired that was never started.
    case start
    /// A running container to go on with that this process has not seen ready yet, or whose gate it closed for a drain
    /// that is not due any more: probe it, then open the gate.
    case adopt
    /// Refuse new leases and wait for the held ones.
    case drain
    /// Stop and remove.
    case reap
}

/// One engine call (or one act on the home or the gate) of a lane.
package enum Step: Sendable, Hashable, CustomStringConvertible {
    /// Refuses new leases. When leases are held at that moment the lane ends here and the next plan decides again, so
    /// a lease taken after planning is not broken; in a drain the close is all there is to do.
    case closeGate
    /// Ends whatever leases are still held: a lane that stops without closing the gate first means to, because the
    /// gate is already closed or a person wants the runner gone.
    case stop(ContainerID, name: String, graceSeconds: Int)
    case remove(ContainerID, name: String)
    case prepareHome
    case ensureImage(String)
    case create(name: String)
    /// nil: the container that the lane's create step made.
    case start(ContainerID?)
    case probe(ContainerID?)

    package var description: String {
        switch self {
        case .closeGate: "close gate"
        case .stop(let id, let name, let grace): "stop \(name) (\(id)), grace \(grace) s"
        case .remove(let id, let name): "remove \(name) (\(id))"
        case .prepareHome: "prepare home"
        case .ensureImage(let image): "ensure image \(image)"
        case .create(let name): "create \(name)"
        case .start(let id): id.map { "start \($0)" } ?? "start"
        case .probe(let id): id.map { "probe \($0)" } ?? "probe"
        }
    }
}

/// A runner for which something is due later, and what it waits for.
package struct Hold: Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// `until` is the earliest next attempt.
        case backoff(until: Timestamp, failures: Int)
        /// Five failures in a row; only an edit or Retry goes on.
        case crashLoop(failures: Int)
        case draining(leases: Int, until: Timestamp)
        case blocked(BlockReason)
        /// Other runners are recreated before it; meanwhile it goes on as it is.
        case turn(ahead: Int, cause: String)
        /// More runners would be touched by one configuration change than the policy allows unasked.
        case safetyShare(touched: Int, allowed: Int, cause: String)
        /// Its user has as many runners as they may: these backends'.
        case userLimit(limit: Int, present: [String])
    }

    package var runner: RunnerID
    package var reason: Reason

    package init(runner: RunnerID, reason: Reason) {
        self.runner = runner
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .backoff(let until, let failures):
            "hold \(runner): backoff until \(until) after \(failures) \(failures == 1 ? "failure" : "failures")"
        case .crashLoop(let failures): "hold \(runner): crash loop after \(failures) failures"
        case .draining(let leases, let until): "hold \(runner): draining \(leases) leases until \(until)"
        case .blocked(let reason): "hold \(runner): \(reason)"
        case .turn(let ahead, let cause): "hold \(runner): \(cause), \(ahead) are recreated before it"
        case .safetyShare(let touched, let allowed, let cause):
            "hold \(runner): \(cause); one change touches \(touched) \(touched == 1 ? "runner" : "runners"), "
                + "\(allowed) allowed without approval"
        case .userLimit(let limit, let present):
            "hold \(runner): \(present.joined(separator: ", ")) exist, \(limit) allowed for this user"
        }
    }
}
