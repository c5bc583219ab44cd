/// The audit log. It is written by the rooms that change things, in the transaction of the change.
package protocol AuditReading: Sendable {
    /// Newest first.
    func auditEntries(_ query: AuditQuery) async throws -> [AuditEntry]
}
