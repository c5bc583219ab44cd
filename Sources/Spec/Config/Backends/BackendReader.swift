/// Reads one entry of `backends.json`.
struct BackendReader {
    let item: Field
    private let fields: FieldReader<BackendKey>

    init(item: Field, context: ParseContext) {
        self.item = item
        fields = FieldReader(item.node, at: item.place, in: context)
    }

    /// nil when a field that has no default is missing or wrong; everything else has been reported too by then.
    func backend() -> BackendSpec? {
        let name = fields.required(.name)?.text(
            "a backend's name", "Begin with a-z or 0-9 and go on with those, dots, - or _."
        ) { name in
            name.utf8.first?.isLowerAlphanumeric == true && name.utf8.count <= 63
                && name.utf8.allSatisfy { $0.isLowerAlphanumeric || "._-".utf8.contains($0) }
        }
        let image = fields.required(.image)?.text("an image reference", "Write it like name:tag, without blanks.") {
            !$0.contains(where: \.isWhitespace)
        }
        let port = fields.required(.internalPort)?.integer(in: 1...65_535)
        var backend = BackendSpec(name: name ?? "?", image: image ?? "?", internalPort: UInt16(port ?? 1))
        backend.pullPolicy = present(.pullPolicy)?.choice()
        backend.onDigestChange = present(.onDigestChange)?.choice()
        readIdentity(into: &backend)
        readHome(into: &backend)
        readEnvironment(into: &backend)
        readContainer(into: &backend)
        readLifetime(into: &backend)
        readChat(into: &backend)
        return name == nil || image == nil || port == nil ? nil : backend
    }

    // MARK: Fields by concern

    private func readIdentity(into backend: inout BackendSpec) {
        backend.displayName = present(.displayName)?.text() ?? backend.displayName
        backend.containerPrefix =
            present(.containerPrefix)?.text(
                "a container prefix", "Begin with a letter or digit and go on with those, dots, - or _."
            ) { prefix in
                prefix.utf8.first?.isAlphanumeric == true && prefix.utf8.count <= 64
                    && prefix.utf8.allSatisfy { $0.isAlphanumeric || "._-".utf8.contains($0) }
            } ?? backend.containerPrefix
        backend.extraModels = present(.extraModels)?.texts() ?? []
        backend.healthPath = path(.healthPath)
        backend.readyPath = path(.readyPath)
        backend.disabled = present(.disabled)?.boolean() ?? false
    }

    private func readHome(into backend: inout BackendSpec) {
        backend.seedSubdir = present(.seedSubdir).flatMap(relativePath)
        backend.homeSubdir = present(.homeSubdir).flatMap(relativePath) ?? backend.homeSubdir
        backend.mountTarget = present(.mountTarget)?.text(
            "an absolute path", "Begin it with / and leave out . and .. parts.", where: Path.isAbsolute
        )
        let templated = present(.templatedFiles)
        backend.templatedFiles = templated?.items()?.compactMap(relativePath) ?? []
        if let templated, !backend.templatedFiles.isEmpty, present(.seedSubdir) == nil {
            templated.report("There is no seed that holds these files.", "Add seed_subdir.")
        }
        if let seed = present(.seedSubdir), backend.seedSubdir != nil, present(.mountTarget) == nil {
            seed.report("The seed has no place in the container.", "Add mount_target.")
        }
        backend.chownUID = present(.chownUID)?.integer(in: 0...4_294_967_294).map { UInt32($0) }
        backend.chownGID = present(.chownGID)?.integer(in: 0...4_294_967_294).map { UInt32($0) }
    }

    private func readEnvironment(into backend: inout BackendSpec) {
        backend.apiKeyEnv = present(.apiKeyEnv).flatMap(variable)
        backend.apiKeyHeader = header(.apiKeyHeader) ?? backend.apiKeyHeader
        if let scheme = fields.field(.apiKeyScheme), !scheme.node.isNull {
            // Empty on purpose: the header then holds the key alone.
            backend.apiKeyScheme = scheme.isEmptyText ? "" : scheme.text() ?? backend.apiKeyScheme
        }
        for (name, field) in present(.extraEnv)?.entries() ?? [] {
            guard let name = valid(name, of: field), let value = plainText(field) else { continue }
            backend.extraEnv[name] = value
        }
        var seen: Set<String> = []
        backend.userOverridableEnv = (present(.userOverridableEnv)?.items() ?? []).compactMap { item in
            guard let name = variable(item) else { return nil }
            return seen.insert(name).inserted ? name : item.fail("\(name) is listed twice.", "Keep one of them.")
        }
        if let key = backend.apiKeyEnv, backend.extraEnv[key] != nil || seen.contains(key) {
            fields.field(.apiKeyEnv)?.report("\(key) is set elsewhere too.", "operatord gives it; take it out there.")
        }
    }

    private func readContainer(into backend: inout BackendSpec) {
        backend.command = present(.cmd)?.items()?.compactMap(plainText) ?? []
        backend.user = present(.user)?.text()
        for (host, field) in present(.extraHosts)?.entries() ?? [] {
            backend.extraHosts[host] = field.text(
                "an address", "Write an IP address, or host-gateway."
            ) { $0 == "host-gateway" || isAddress($0) }
        }
        backend.extraNetworks = present(.extraNetworks)?.texts() ?? []
        backend.dns =
            present(.dns)?.items()?.compactMap {
                $0.text("an address", "Write an IP address.", where: isAddress)
            } ?? []
        let resources = fields.group(.resources, BackendResourcesKey.self)
        backend.resources = ResourcesReader(allowsNone: false).read(
            memory: resources.field(.memory), cpus: resources.field(.cpus), pids: resources.field(.pids),
            defaults: Resources()
        )
        backend.hardening = present(.hardening) == nil ? nil : hardening()
    }

    private func hardening() -> Hardening {
        let group = fields.group(.hardening, BackendHardeningKey.self)
        return HardeningFields(
            noNewPrivileges: group.field(.noNewPrivileges), dropCapabilities: group.field(.dropCapabilities),
            addCapabilities: group.field(.addCapabilities), readOnly: group.field(.readOnly),
            tmpfs: group.field(.tmpfs), seccompUnconfined: group.field(.seccompUnconfined)
        ).read(defaults: Hardening())
    }

    private func readLifetime(into backend: inout BackendSpec) {
        backend.defaultIdleSeconds = present(.defaultIdleSeconds)?.integer(in: 0...31_536_000)
        backend.stopGraceSeconds = present(.stopGraceSeconds)?.integer(in: 0...600) ?? backend.stopGraceSeconds
        backend.startupTimeoutSeconds = present(.startupTimeoutSeconds)?.integer(in: 1...3600)
        backend.healthyExitCodes = present(.healthyExitCodes)?.items()?.compactMap { $0.integer(in: 0...255) } ?? []
    }

    private func readChat(into backend: inout BackendSpec) {
        backend.sessionHeader = header(.sessionHeader)
        backend.sessionField = present(.sessionField)?.text()
        backend.history = present(.history)?.choice() ?? .full
        backend.failureHeader = header(.failureHeader)
        guard let field = present(.forwardModelEnv), let name = variable(field) else { return }
        backend.forwardModelEnv = name
        if backend.extraEnv[name] == nil, !backend.userOverridableEnv.contains(name) {
            field.report(
                "\(name) never has a value.", "List it in user_overridable_env, or give it one in extra_env."
            )
        }
    }

    // MARK: Kinds of value

    /// nil for `null` and an empty text as for an absent field.
    private func present(_ key: BackendKey) -> Field? {
        fields.field(key).flatMap { $0.node.isNull || $0.isEmptyText ? nil : $0 }
    }

    private func path(_ key: BackendKey) -> String? {
        present(key)?.text("a path", "Begin it with /.") { $0.hasPrefix("/") && !$0.contains(where: \.isWhitespace) }
    }

    private func relativePath(_ field: Field) -> String? {
        field.text(
            "a path inside its folder", "Write a relative path without . and .. parts.", where: Path.isSafeRelative)
    }

    private func header(_ key: BackendKey) -> String? {
        present(key)?.text("a header's name", "Write letters, digits and -.") { name in
            name.utf8.allSatisfy { $0.isAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains($0) }
        }
    }

    private func variable(_ field: Field) -> String? {
        field.text().flatMap { valid($0, of: field) }
    }

    private func valid(_ name: String, of field: Field) -> String? {
        guard EnvironmentName.isValid(name) else {
            return field.fail("\"\(name)\" is not a variable's name.", EnvironmentName.rule)
        }
        guard !RunnerEnvironment.identityNames.contains(name) else {
            return field.fail("\(name) is set by operatord.", "Use another name.")
        }
        return name
    }

    /// Text, the empty one included.
    private func plainText(_ field: Field) -> String? {
        if case .scalar(let text, .text) = field.node.value {
            return text.utf8.contains(0) ? field.fail("It holds a NUL character.", "Take it out.") : text
        }
        return field.fail("\(field.node.shown) is not text.", "Write it in double quotes.")
    }

    /// Looks like an IPv4 or IPv6 address; the engine has the last word.
    private func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 4 { return parts.allSatisfy { UInt8($0) != nil } }
        return text.contains(":") && text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
}

extension Field {
    var isEmptyText: Bool {
        if case .scalar("", .text) = node.value { true } else { false }
    }

    /// A problem that does not take the value away.
    func report(_ message: String, _ remedy: String) { context.add(place, message, remedy) }
}
