/// A reading of `backends.json`.
package struct ParsedBackends: Sendable {
    /// Those that could be read, in file order. In force only when there is no problem.
    package var backends: [BackendSpec]
    /// In the order file, line, path.
    package var problems: [ConfigProblem]
    /// For ``ConfigurationValidator``.
    package var source: SourceMap
}

/// Reads `backends.json`: a list of backends, or `{"backends": [...]}`. Every problem is found in one reading.
package enum BackendsParser {
    /// `file` is the name in problems.
    package static func parse(text: String, file: String) -> ParsedBackends {
        let context = ParseContext(file: file)
        var backends: [BackendSpec] = []
        if let root = JSONReading.read(text, in: context) {
            let items = list(root, in: context)
            let read = items.map { ($0, BackendReader(item: $0, context: context).backend()) }
            BackendCrossChecks(context: context).check(read)
            backends = read.compactMap(\.1)
        }
        return ParsedBackends(
            backends: backends, problems: context.problems.inFileOrder(), source: context.sourceMap
        )
    }

    private static func list(_ root: ConfigNode, in context: ParseContext) -> [Field] {
        var field: Field? = Field(
            node: root, place: Place(file: context.file, line: root.line, path: "backends"), context: context
        )
        if case .object = root.value {
            let place = Place(file: context.file, line: root.line, path: "")
            field = FieldReader<BackendsFileKey>(root, at: place, in: context).required(.backends)
        }
        return field?.items() ?? []
    }
}

/// What must hold between backends. Reported at the later of two.
struct BackendCrossChecks {
    let context: ParseContext

    func check(_ read: [(Field, BackendSpec?)]) {
        unique(read, "The model id") { backend in
            [(backend.name, "name")] + backend.extraModels.enumerated().map { ($1, "extra_models[\($0)]") }
        }
        unique(read, "The container prefix") { [($0.containerPrefix, "container_prefix")] }
        unique(read, "The home folder") { $0.mountTarget == nil ? [] : [($0.homeSubdir, "home_subdir")] }
    }

    private func unique(
        _ read: [(Field, BackendSpec?)], _ what: String, _ values: (BackendSpec) -> [(String, String)]
    ) {
        var owners: [String: (item: Field, name: String)] = [:]
        for case (let item, let backend?) in read {
            for (value, key) in values(backend) {
                guard let owner = owners.updateValue((item, backend.name), forKey: value) else { continue }
                let path = "\(item.place.path).\(key)"
                let taker =
                    owner.item.place.path == item.place.path
                    ? "this backend itself"
                    : owner.name == backend.name ? "\(owner.item.place.path), which is called so too" : owner.name
                context.add(
                    Place(file: context.file, line: context.lines[path] ?? item.place.line, path: path),
                    "\(what) \"\(value)\" is taken by \(taker).",
                    "Choose another one."
                )
            }
        }
    }
}
