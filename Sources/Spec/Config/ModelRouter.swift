/// Which backend serves a model. Made once per configuration; an answer is one or two dictionary lookups.
package struct ModelRouter: Sendable {
    private let byModel: [String: BackendSpec]
    private let byName: [String: BackendSpec]

    /// `backends` have unique names and aliases, as ``BackendsParser`` makes sure.
    package init(backends: [BackendSpec]) {
        byName = Dictionary(backends.map { ($0.name, $0) }) { first, _ in first }
        byModel = Dictionary(backends.flatMap { backend in backend.models.map { ($0, backend) } }) { first, _ in first }
    }

    /// The backend whose name or alias `model` is, else the one whose name stands before its first slash; nil when
    /// there is none. Disabled backends are found too.
    package func backend(for model: String) -> BackendSpec? {
        if let backend = byModel[model] { return backend }
        guard let slash = model.firstIndex(of: "/") else { return nil }
        return byName[String(model[..<slash])]
    }
}
