/// Digest of everything that requires recreation, in three parts so that a status can say which changed.
///
/// Computed by ``FingerprintBuilder``; carried by a container in its labels; compared by the planner.
package struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// Encoding version. A digest of another version is never compared field by field.
    package static let currentVersion = "v1"

    /// Field that only a person's wish for a new container changes.
    package static let recycleField = "recycle"

    package var version: String
    /// Lower-case hex SHA-256 of the resolved container without its upstream values.
    package var spec: String
    /// Of the rendered templated files.
    package var seed: String
    /// Of the effective upstream values, keyed by the installation's HMAC, and of the number of recycles.
    package var overrides: String
    /// Field path (`image`, `env.LOG_LEVEL`, `seed.config.yaml`, `override.LLM_MODEL`) to the first 8 hex digits of
    /// its own keyed digest: enough to name what changed, too little to learn a value from.
    package var fields: [String: String]

    package init(
        version: String = Self.currentVersion, spec: String, seed: String, overrides: String,
        fields: [String: String] = [:]
    ) {
        self.version = version
        self.spec = spec
        self.seed = seed
        self.overrides = overrides
        self.fields = fields
    }

    /// All of it that ``matches(_:)`` compares, as one text.
    package var digest: String { "\(version):\(spec):\(seed):\(overrides)" }

    /// `v1:<spec12>:<seed12>:<overrides12>`, for people.
    package var description: String {
        "\(version):\(spec.prefix(12)):\(seed.prefix(12)):\(overrides.prefix(12))"
    }

    /// Whether a container with `other` is what this fingerprint asks for. Field digests are for people and do not count.
    package func matches(_ other: Fingerprint) -> Bool {
        version == other.version && spec == other.spec && seed == other.seed && overrides == other.overrides
    }

    /// Names of the fields that differ, sorted; falls back to the names of the parts when a side lacks field digests.
    package func differences(from other: Fingerprint) -> [String] {
        guard !matches(other) else { return [] }
        guard version == other.version else { return ["fingerprint version"] }
        let names = Set(fields.keys).union(other.fields.keys).filter { fields[$0] != other.fields[$0] }
        if !names.isEmpty { return names.sorted() }
        return [("spec", spec, other.spec), ("seed", seed, other.seed), ("overrides", overrides, other.overrides)]
            .filter { $0.1 != $0.2 }.map { $0.0 }
    }
}
