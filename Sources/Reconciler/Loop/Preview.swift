package import Spec
import Synchronization

extension Reconciler: PlanReading {
    package func preview() async throws(NoPlan) -> PlanPreview {
        // Before the list: that may be older than what a lane did meanwhile.
        let working = machine.lanes.all.map(\.lane).sorted { $0.runner < $1.runner }
        let desired: DesiredState
        let history: FailureHistory
        do {
            desired = try await machine.ports.desired.desiredState()
            history = try await machine.ledger.history()
        } catch {
            throw NoPlan("the desired state cannot be read: \(error)")
        }
        let listed: ObservedState
        do {
            listed = ObservedState(containers: try await machine.ports.engine.listContainers())
        } catch {
            throw NoPlan(error.description, desired: desired)
        }
        let now = machine.ports.clock.now()
        var observed = machine.deaths.shown(in: listed, at: now)
        observed.images = await machine.images.images(
            of: desired.imageReferences, at: now, freshFor: current.interval)
        let inFlight = InFlight(
            lanes: Set(working.map(\.runner)).union(machine.lanes.runners),
            recreating: machine.lanes.runners(with: .recreate), draining: machine.lanes.runners(with: .drain),
            activity: machine.gate.activity())
        let plan = Planner.plan(
            desired: desired, observed: observed, history: history, inFlight: inFlight,
            policy: machine.settled.applied(to: current.policy), now: now)
        return PlanPreview(plan: plan, desired: desired, observed: observed, working: working)
    }

    package var figures: RunnerFigures { machine.metrics.figures }
}

/// Configuration revision whose changes are all carried out; none before the first pass that finds nothing left to do.
final class SettledRevision: Sendable {
    private let revision = Mutex<Int?>(nil)

    func settle(_ revision: Int) { self.revision.withLock { $0 = revision } }

    func applied(to policy: PlanPolicy) -> PlanPolicy {
        var policy = policy
        policy.settledRevision = max(policy.settledRevision, revision.withLock { $0 } ?? .min)
        return policy
    }
}
