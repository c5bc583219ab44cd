/// Upstream values as people edit them. Each edit is one transaction and nudges the reconciler when it changed a thing.
package protocol UpstreamValueKeeping: Sendable {
    /// Everything that decides a user's effective values: the user's own rows, and the admin's that may be shared.
    func upstreamValues(ofUser slug: String) async throws -> StoredValues

    /// Stores a user's value of a variable for one backend, or for all with backend `""`; nil or empty deletes it.
    /// nil when that was so already.
    func setOverride(
        user slug: String, backend: String, variable: String, value: Secret?
    ) async throws -> ValuesChange?

    /// Whether the admin's own value of the variable for all backends is everybody's. nil when that was so already.
    func setShared(variable: String, _ shared: Bool) async throws -> ValuesChange?
}
