/// What a container's labels say, written by ``labels(installation:version:request:)`` and read back after a restart.
///
/// Shared by every engine, so that a container made by one build is recognised by the next.
package enum LabelCodec {
    /// All labels of a container to be created. They hold digests, names, and of the values those that may be shown:
    /// see ``FieldValues``.
    ///
    /// `installation` is the installation's id, `version` the program's.
    package static func labels(installation: String, version: String, request: ContainerRequest) -> [String: String] {
        [
            Labels.installation: installation,
            Labels.version: version,
            Labels.user: request.runner.user,
            Labels.backend: request.runner.backend,
            Labels.generation: String(request.generation),
            Labels.fingerprint: encode(request.fingerprint),
            Labels.fields: encode(fields: request.fingerprint.fields),
            Labels.values: FieldValues(name: request.name, container: request.spec).text,
            Labels.secrets: request.spec.secretNames.joined(separator: "\n"),
        ]
    }

    /// Each part is nil when its labels are missing or malformed; a nil runner makes the container an orphan, a nil
    /// fingerprint one that is not as desired.
    package static func identity(
        from labels: [String: String]
    ) -> (runner: RunnerID?, fingerprint: Fingerprint?, generation: Int64?) {
        let user = labels[Labels.user] ?? ""
        let backend = labels[Labels.backend] ?? ""
        let runner = user.isEmpty || backend.isEmpty ? nil : RunnerID(user: user, backend: backend)
        var fingerprint = labels[Labels.fingerprint].flatMap(decode)
        fingerprint?.fields = decode(fields: labels[Labels.fields] ?? "")
        return (runner, fingerprint, labels[Labels.generation].flatMap { Int64($0) })
    }

    /// Values of the variables that the labels call secret; `environment` is the container's own.
    package static func secrets(in environment: [String: String], labels: [String: String]) -> [Secret] {
        (labels[Labels.secrets] ?? "").split(separator: "\n").compactMap { environment[String($0)].map(Secret.init) }
    }

    /// `v1:<spec>:<seed>:<overrides>`, digests whole.
    private static func encode(_ fingerprint: Fingerprint) -> String {
        [fingerprint.version, fingerprint.spec, fingerprint.seed, fingerprint.overrides].joined(separator: ":")
    }

    private static func decode(_ text: String) -> Fingerprint? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, !parts[0].isEmpty else { return nil }
        return Fingerprint(version: parts[0], spec: parts[1], seed: parts[2], overrides: parts[3])
    }

    /// One `<digest> <path>` a line, sorted by path. The digest comes first because a path may hold spaces.
    private static func encode(fields: [String: String]) -> String {
        fields.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: "\n")
    }

    private static func decode(fields text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let space = line.firstIndex(of: " ") else { continue }
            fields[String(line[line.index(after: space)...])] = String(line[..<space])
        }
        return fields
    }
}
