import Spec

extension RunnerCase {
    var gateIsOpen: Bool { activity.drainingSince == nil }

    /// The first step before a live container is stopped, so that no lease is given while it goes.
    var closingGate: [Step] { gateIsOpen ? [.closeGate] : [] }

    /// The lane itself when no lease is held or the drain deadline is over; before that the lane that closes the gate,
    /// once, and then a hold. `preparing` comes before the gate is closed.
    func afterDrain(_ lane: Lane, preparing: [Step] = []) -> Outcome {
        guard activity.leases > 0 else { return Outcome(lane) }
        guard let since = activity.drainingSince else {
            return Outcome(self.lane(.drain, because: lane.cause, preparing + [.closeGate], lane.spec))
        }
        let deadline = since + rules.policy.drainTimeout
        if deadline <= now { return Outcome(lane) }
        let hold = Hold(runner: id, reason: .draining(leases: activity.leases, until: deadline))
        return Outcome(holds: [hold], due: deadline)
    }
}
