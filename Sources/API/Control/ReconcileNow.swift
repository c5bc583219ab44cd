import Spec

extension APIDependencies {
    /// How long an answer waits for the pass that shows what was asked for.
    private static var passDeadline: Duration { .seconds(10) }

    /// Reads the files and makes a pass; approves what that pass held back when `approving`. The number of runners that
    /// waited for approval.
    ///
    /// Throws a 503 when there is no pass, as without a daemon, and a 409 when the approval is for another `revision`
    /// than the one in force by now.
    func reconcileNow(approving: Bool, revision seen: Int? = nil) async throws -> Int {
        await actions.follow()
        // The first pass to end may have begun before the files were read.
        for _ in 0..<2 {
            let asked = clock.now()
            actions.refresh()
            try await passAfter(asked)
        }
        let revision = actions.revision()
        let held = status.statuses(ofUser: nil).count(where: \.isHeldBySafetyShare)
        guard approving else { return held }
        if let seen, seen != revision {
            throw APIFailure(
                status: 409, code: "configuration_changed",
                message: "Configuration \(revision) is in force, not \(seen): look at its plan before approving it.")
        }
        if held > 0 {
            try await actions.editing.recordApproval(ofRevision: revision, touching: held)
            actions.approve(revision)
        }
        return held
    }

    /// Returns when a pass has ended after `time`.
    private func passAfter(_ time: Timestamp) async throws {
        let deadline = time + Self.passDeadline
        while (status.lastPass ?? .epoch) <= time {
            guard clock.now() < deadline, status.engineProblem == nil else {
                throw APIFailure(
                    status: 503, code: "no_pass",
                    message: status.engineProblem ?? "There was no pass within 10 seconds.")
            }
            try await clock.sleep(for: .milliseconds(10))
        }
    }
}

extension RunnerStatus {
    fileprivate var isHeldBySafetyShare: Bool {
        conditions.contains { $0.kind == .stalled && $0.truth == .yes && $0.reason == "SafetyShare" }
    }
}
