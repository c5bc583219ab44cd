/// What a container was made from, field by field, for the sentence that says why another one is made.
///
/// Holds what may be shown: no upstream value, no value of a variable whose name or content looks like a secret. Written
/// into a label, so that it is known as long as the container is. Says nothing about whether anything has to change: that
/// is the fingerprint's, whose field paths these are.
package struct FieldValues: Sendable, Hashable {
    /// One `<path>\t<value>` a line, sorted; empty when nothing was written down.
    package let text: String

    /// As the label has it; nil for a container of a time before there was one.
    package init(text: String?) { self.text = text ?? "" }

    package init(name: String, container: ContainerSpec) {
        text = Self.values(name: name, container: container)
            .map { "\($0.key)\t\(Self.shown($0.value))" }.sorted().joined(separator: "\n")
    }

    /// Of the fields that are set, sorted.
    package var paths: [String] { text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) } }

    /// nil when the field is not set, or must not be shown.
    package subscript(path: String) -> String? {
        for line in text.split(separator: "\n") where line.hasPrefix(path) {
            let rest = line.dropFirst(path.count)
            if rest.first == "\t" { return String(rest.dropFirst()) }
        }
        return nil
    }

    /// Path to value; `•••` for what must not be shown.
    package var byPath: [String: String] {
        Dictionary(paths.map { ($0, self[$0] ?? "") }) { first, _ in first }
    }

    /// `from a:1 to a:2`; nil when the values are not known or not to be shown.
    ///
    /// - Parameter path: A field that differs between the container of these values and that of `wanted`.
    package func change(of path: String, to wanted: FieldValues) -> String? {
        let (before, after) = (self[path], wanted[path])
        guard !text.isEmpty, before != after, Self.mayBeShown(path) else { return nil }
        return "from \(before ?? "unset") to \(after ?? "unset")"
    }

    private static let longest = 80
    private static let hint = "•••"

    private static func values(name: String, container: ContainerSpec) -> [String: String] {
        var values: [String: String] = ["name": name, "image": container.image, "port": "\(container.port)"]
        values["cmd"] = listed(container.command.map { holdsSecret($0) ? hint : $0 }, separator: " ")
        values["user"] = container.user
        for variable in container.environment {
            guard case .plain(let text) = variable.value else { continue }
            let path = "env.\(variable.name)"
            values[path] = mayBeShown(path) && !looksSecret(text) ? "\"\(text)\"" : hint
        }
        for mount in container.mounts {
            values["mount.\(mount.target)"] = mount.source + (mount.readOnly ? " (read-only)" : "")
        }
        values["networks"] = listed(container.extraNetworks.sorted())
        for (host, address) in container.extraHosts { values["host.\(host)"] = address }
        values["dns"] = listed(container.dns)
        values["resources.memory"] = container.resources.memoryBytes.map(Quantity.shown(bytes:))
        values["resources.cpus"] = container.resources.cpuMillis.map { "\(Double($0) / 1000)" }
        values["resources.pids"] = container.resources.pids.map { "\($0)" }
        let hardening = container.hardening
        values["hardening.no_new_privileges"] = "\(hardening.noNewPrivileges)"
        values["hardening.drop_capabilities"] = "\(hardening.dropCapabilities)"
        values["hardening.add_capabilities"] = listed(hardening.addCapabilities.sorted())
        values["hardening.read_only"] = "\(hardening.readOnlyRoot)"
        values["hardening.tmpfs"] = listed(hardening.tmpfs.sorted())
        values["hardening.seccomp_unconfined"] = "\(hardening.seccompUnconfined)"
        values["stop_grace_seconds"] = "\(container.stopGraceSeconds)"
        return values
    }

    private static func listed(_ values: [String], separator: String = ", ") -> String? {
        values.isEmpty ? nil : values.joined(separator: separator)
    }

    /// One line of bounded length.
    private static func shown(_ value: String) -> String {
        let line = value.map { $0.isNewline || $0 == "\t" ? " " : String($0) }.joined()
        return line.count <= longest ? line : line.prefix(longest) + "…"
    }

    /// Whether values under this path may be shown.
    private static func mayBeShown(_ path: String) -> Bool {
        guard path.hasPrefix("env.") else { return !path.hasPrefix("override.") && !path.hasPrefix("seed.") }
        let name = String(path.dropFirst("env.".count))
        return !RunnerEnvironment.identityNames.contains(name) && !namesSecret(name)
    }

    private static let secretWords = [
        "KEY", "KEYS", "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASS", "PASSPHRASE", "PWD",
        "CREDENTIAL", "CREDENTIALS", "AUTH", "COOKIE", "DSN",
    ]

    private static func namesSecret(_ name: some StringProtocol) -> Bool {
        name.uppercased().split { !$0.isLetter }.contains { word in secretWords.contains(where: word.hasSuffix) }
    }

    /// Of an argument: `--api-key=…`, or a secret by itself.
    private static func holdsSecret(_ argument: String) -> Bool {
        let parts = argument.split(separator: "=", maxSplits: 1)
        return looksSecret(argument) || (parts.count == 2 && (namesSecret(parts[0]) || looksSecret(String(parts[1]))))
    }

    /// An address with a user in it, a key in a common form, or one long word of letters and digits.
    private static func looksSecret(_ value: String) -> Bool {
        if value.contains("://"), value.contains("@") { return true }
        if ["sk-", "ghp_", "github_pat_", "xox", "AKIA", "eyJ", "-----BEGIN"].contains(where: value.hasPrefix) {
            return true
        }
        let isOneWord = value.utf8.allSatisfy { $0.isAlphanumeric || "+-=_".utf8.contains($0) }
        return isOneWord && value.utf8.count >= 24 && value.contains(where: \.isNumber)
    }
}
