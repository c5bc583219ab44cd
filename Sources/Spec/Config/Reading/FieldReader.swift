/// The keys of one group. `Key` lists every key there is, so a key that is not read cannot be known.
struct FieldReader<Key: RawRepresentable & CaseIterable & Hashable> where Key.RawValue == String {
    let place: Place
    private let context: ParseContext
    private let environment: [String: String]
    private var fields: [Key: Field] = [:]

    /// Reports unknown and repeated keys at once. `node` is nil for a group that the file leaves out.
    init(_ node: ConfigNode?, at place: Place, in context: ParseContext, environment: [String: String] = [:]) {
        self.place = place
        self.context = context
        self.environment = environment
        guard let node, !node.isNull else { return }
        for field in Field(node: node, place: place, context: context).entries() ?? [] {
            if let key = Key(rawValue: field.key) {
                fields[key] = field.value
            } else {
                context.add(
                    field.value.place, "\"\(field.key)\" is not a known key.",
                    Suggestion.remedy(for: field.key, among: Key.allCases.map(\.rawValue))
                )
            }
        }
    }

    /// What the environment says, else what the file says; nil when both say nothing.
    func field(_ key: Key, _ variable: OperatorVariable? = nil) -> Field? {
        variable.flatMap(self.variable) ?? fields[key]
    }

    /// As ``field(_:_:)``, reporting its absence.
    func required(_ key: Key) -> Field? {
        if let field = fields[key] { return field }
        context.add(place.appending(key.rawValue), "\"\(key.rawValue)\" is missing.", "Add it; it has no default.")
        return nil
    }

    /// Reports each of these that the file has.
    func refuse(_ keys: [Key], _ message: String, _ remedy: String) {
        for key in keys { fields[key]?.report(message, remedy) }
    }

    /// A group inside this one; every key of it is absent when the group is.
    func group<Inner>(_ key: Key, _: Inner.Type = Inner.self) -> FieldReader<Inner> {
        let field = fields[key]
        return FieldReader<Inner>(
            field?.node, at: field?.place ?? place.appending(key.rawValue), in: context, environment: environment
        )
    }

    /// What the environment says; an empty variable counts as not set, as compose files set them.
    func variable(_ variable: OperatorVariable) -> Field? {
        guard let text = environment[variable.rawValue], !text.isEmpty else { return nil }
        return Field(
            node: ConfigNode(line: nil, value: .scalar(text, .plain)),
            place: Place(file: "environment", line: nil, path: variable.rawValue), context: context
        )
    }
}

extension Place {
    func appending(_ key: String) -> Place {
        Place(file: file, line: line, path: path.isEmpty ? key : "\(path).\(key)")
    }
}
