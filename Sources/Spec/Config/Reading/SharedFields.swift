/// Readings that both files need.
extension Field {
    func texts() -> [String]? { items()?.compactMap { $0.text() } }

    func absolutePaths() -> [String]? {
        items()?.compactMap {
            $0.text("an absolute path", "Begin it with / and leave out . and .. parts.", where: Path.isAbsolute)
        }
        .sorted()
    }

    /// Names of Linux capabilities, with or without `CAP_`, as the engine wants them.
    func capabilities() -> [String]? {
        items()?.compactMap { item in
            item.text().flatMap { text in
                let name = text.uppercased()
                let bare = name.hasPrefix("CAP_") ? String(name.dropFirst(4)) : name
                return !bare.isEmpty && bare.utf8.allSatisfy(\.isWordCharacter)
                    ? bare : item.fail("\"\(text)\" is not a capability.", "Write its name, like NET_BIND_SERVICE.")
            }
        }.sorted()
    }
}

/// Limits of a container.
struct ResourcesReader {
    /// Whether `none` takes a limit away; else it is no value.
    var allowsNone: Bool

    func read(memory: Field?, cpus: Field?, pids: Field?, defaults: Resources) -> Resources {
        Resources(
            memoryBytes: limit(memory, defaults.memoryBytes) { $0.bytes(atLeast: 6 << 20) },
            cpuMillis: limit(cpus, defaults.cpuMillis) { $0.cpuMillis() },
            pids: limit(pids, defaults.pids) { $0.integer(in: 1...4_194_304).map { Int64($0) } }
        )
    }

    private func limit(_ field: Field?, _ fallback: Int64?, _ read: (Field) -> Int64?) -> Int64? {
        guard let field else { return fallback }
        if allowsNone, case .scalar("none", _) = field.node.value { return nil }
        return read(field) ?? fallback
    }
}

/// What a container is denied, under whatever names a file has for it.
struct HardeningFields {
    var noNewPrivileges: Field?
    var dropCapabilities: Field?
    var addCapabilities: Field?
    var readOnly: Field?
    var tmpfs: Field?
    var seccompUnconfined: Field?

    func read(defaults: Hardening) -> Hardening {
        Hardening(
            noNewPrivileges: noNewPrivileges?.boolean() ?? defaults.noNewPrivileges,
            dropCapabilities: dropCapabilities?.boolean() ?? defaults.dropCapabilities,
            addCapabilities: addCapabilities?.capabilities() ?? defaults.addCapabilities,
            readOnlyRoot: readOnly?.boolean() ?? defaults.readOnlyRoot,
            tmpfs: tmpfs?.absolutePaths() ?? defaults.tmpfs,
            seccompUnconfined: seccompUnconfined?.boolean() ?? defaults.seccompUnconfined
        )
    }
}
