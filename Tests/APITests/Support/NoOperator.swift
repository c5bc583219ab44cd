import API
import Spec

/// The world cannot be looked at.
struct NoPlanning: PlanReading {
    func preview() async throws(NoPlan) -> PlanPreview { throw NoPlan("there is no engine in this test") }
    var figures: RunnerFigures { RunnerFigures(since: .epoch) }
}

/// Nothing is suspended, and nothing can be.
private struct NoOperator: OperatorEditing {
    func suspend(_ id: RunnerID, reason: String) async throws -> Bool { false }
    func resume(_ id: RunnerID) async throws -> Bool { false }
    func suspensions() async throws -> [RunnerID: String] { [:] }
    func recordApproval(ofRevision revision: Int, touching runners: Int) async throws {}
}

extension ControlActions {
    static var none: ControlActions {
        ControlActions(editing: NoOperator(), refresh: {}, revision: { 1 }, approve: { _ in })
    }
}
