import Spec

/// A user's upstream values, masked.
struct ValuesReply: Encodable {
    /// Every variable that a backend lists, each once, in the order of the file.
    var vars: [String]
    /// Variable to the backends that list it.
    var backends: [String: [String]]
    /// Whether the admin shares the variable with everybody.
    var adminShared: [String: Bool]
    /// Whether there is a value behind that.
    var adminSharedPresent: [String: Bool]
    /// The user's own: backend (`""` for all) to variable to mask.
    var overrides: [String: [String: String]]
    /// What each backend gets: backend to variable.
    var effective: [String: [String: Effective]]

    struct Effective: Encodable {
        var source: ValueSource
        /// Empty when there is none.
        var masked: String
    }

    init(_ values: StoredValues, ofUser slug: String, under configuration: Configuration) {
        let vars = configuration.overridableVariables
        self.vars = vars
        backends = Dictionary(uniqueKeysWithValues: vars.map { ($0, configuration.backends(listing: $0)) })
        adminShared = Dictionary(uniqueKeysWithValues: vars.map { ($0, values.shared.contains($0)) })
        adminSharedPresent = Dictionary(
            uniqueKeysWithValues: vars.map { ($0, values.shared.contains($0) && values.adminHasValue(of: $0)) })
        let own = values.overrides[slug] ?? [:]
        overrides = ["": [:]].merging(own.mapValues { $0.mapValues(Mask.own) }) { $1 }
        let resolved = EffectiveValues(stored: values, sharedEnv: configuration.stack.sharedEnv)
        effective = [:]
        for backend in configuration.backends {
            for (name, value) in resolved.values(user: slug, backend: backend) {
                effective[backend.name, default: [:]][name] = Effective(
                    source: value.source, masked: Mask.effective(value))
            }
        }
    }
}

/// Which variables the admin shares.
struct SharedValuesReply: Encodable {
    var vars: [String]
    var shared: [String: Bool]
    /// Whether the admin has a value for all backends, which sharing would share.
    var adminHasValue: [String: Bool]

    init(_ values: StoredValues, under configuration: Configuration) {
        let vars = configuration.overridableVariables
        self.vars = vars
        shared = Dictionary(uniqueKeysWithValues: vars.map { ($0, values.shared.contains($0)) })
        adminHasValue = Dictionary(uniqueKeysWithValues: vars.map { ($0, values.adminHasValue(of: $0)) })
    }
}

extension Configuration {
    /// Every variable that users may set, each once, in the order of the file.
    var overridableVariables: [String] {
        var known: Set<String> = []
        return backends.flatMap(\.userOverridableEnv).filter { known.insert($0).inserted }
    }

    func backends(listing variable: String) -> [String] {
        backends.filter { $0.userOverridableEnv.contains(variable) }.map(\.name)
    }
}

extension StoredValues {
    fileprivate func adminHasValue(of variable: String) -> Bool {
        adminSlug.flatMap { overrides[$0]?[""]?[variable] }.map { !$0.isEmpty } ?? false
    }
}
