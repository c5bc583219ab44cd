/// One field in which a container differs from what its runner should be.
package struct FieldChange: Sendable, Hashable, CustomStringConvertible {
    /// As in ``Fingerprint/fields``.
    package var field: String
    /// nil when it is not set, or not shown.
    package var from: String?
    package var to: String?
    /// False for what may hold a secret, and for what the container does not tell: then all that is known is that it
    /// changed.
    package var isShown: Bool

    package init(field: String, from: String? = nil, to: String? = nil, isShown: Bool = false) {
        self.field = field
        self.from = from
        self.to = to
        self.isShown = isShown
    }

    /// `image changed from a:1 to a:2`; of what is not shown `override.LLM_API_KEY changed`.
    package var description: String {
        isShown ? "\(field) changed from \(from ?? "unset") to \(to ?? "unset")" : "\(field) changed"
    }
}

extension RunnerSpec {
    /// In which fields `container` is another one than this spec asks for, sorted; empty when in none.
    package func changes(from container: ObservedContainer) -> [FieldChange] {
        guard let has = container.fingerprint else { return [FieldChange(field: "fingerprint")] }
        let wanted = FieldValues(name: containerName, container: self.container)
        return fingerprint.differences(from: has).map { field in
            guard container.values.change(of: field, to: wanted) != nil else { return FieldChange(field: field) }
            return FieldChange(field: field, from: container.values[field], to: wanted[field], isShown: true)
        }
    }
}
