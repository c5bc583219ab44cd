/// What an operator does at the command line or on the admin's page. Each call is one transaction with its entry in the audit log, and nudges
/// the reconciler when it changed a thing.
package protocol OperatorEditing: Sendable {
    /// Stops a runner at once and keeps it stopped, whoever asks for it, until it is resumed.
    ///
    /// False when it was suspended already. Throws when there is no such user.
    func suspend(_ id: RunnerID, reason: String) async throws -> Bool
    /// False when it was not suspended.
    func resume(_ id: RunnerID) async throws -> Bool
    /// Runners that are suspended, with the reason.
    func suspensions() async throws -> [RunnerID: String]
    /// Enters in the audit log that a change above the safety share was approved, and how many runners it touches.
    func recordApproval(ofRevision revision: Int, touching runners: Int) async throws
}
