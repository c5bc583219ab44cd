import Crypto

/// Computes fingerprints under one installation's key.
///
/// In: everything that only a new container can bring about. Out on purpose: TTL, display name, model aliases, probe
/// paths, pull policy. The order of variables, mounts and the like means nothing.
package struct FingerprintBuilder {
    private let key: FingerprintKey

    /// `key` belongs to the installation and stays the same; a new one recreates every runner.
    package init(key: Secret) { self.key = FingerprintKey(key) }

    /// - Parameters:
    ///   - name: The container's.
    ///   - upstream: Names of the variables of `container` that hold upstream values.
    ///   - templated: The rendered templated files.
    ///   - recycles: How often a person asked for a new container.
    package func fingerprint(
        name: String, container: ContainerSpec, home: HomeSpec, upstream: Set<String>, templated: [RenderedFile],
        recycles: Int64 = 0
    ) -> Fingerprint {
        var spec = specFields(name: name, container: container, home: home)
        var overrides: [String: CanonicalEncoding] = [:]
        for variable in container.environment {
            var encoding = CanonicalEncoding()
            if upstream.contains(variable.name) {
                encoding.append(Secret(variable.value.reveal()), key: key)
                overrides["override.\(variable.name)"] = encoding
                continue
            }
            switch variable.value {
            case .plain(let text): encoding.append(text)
            case .secret(let secret): encoding.append(secret, key: key)
            }
            spec["env.\(variable.name)"] = encoding
        }
        // Among the overrides, for like them it is a person's edit and not a file's.
        if recycles > 0 {
            var encoding = CanonicalEncoding()
            encoding.append(recycles)
            overrides[Fingerprint.recycleField] = encoding
        }
        var seed: [String: CanonicalEncoding] = [:]
        for file in templated {
            var encoding = CanonicalEncoding()
            encoding.append(Int64(file.mode))
            encoding.append(key.digest(of: file.contents))
            seed["seed.\(file.path)"] = encoding
        }
        let fields = spec.merging(overrides) { $1 }.merging(seed) { $1 }
        return Fingerprint(
            spec: digest(spec), seed: digest(seed), overrides: digest(overrides),
            fields: fields.reduce(into: [:]) { $0[$1.key] = shortDigest($1.key, $1.value) }
        )
    }

    private func specFields(name: String, container: ContainerSpec, home: HomeSpec) -> [String: CanonicalEncoding] {
        var fields: [String: CanonicalEncoding] = [:]
        func field(_ path: String, _ encode: (inout CanonicalEncoding) -> Void) {
            var encoding = CanonicalEncoding()
            encode(&encoding)
            fields[path] = encoding
        }
        func optional(_ path: String, _ number: Int64?) {
            field(path) { encoding in number.map { encoding.append($0) } ?? encoding.absent() }
        }
        field("name") { $0.append(name) }
        field("image") { $0.append(container.image) }
        field("cmd") { $0.append(container.command) }
        field("user") { encoding in container.user.map { encoding.append($0) } ?? encoding.absent() }
        for mount in container.mounts {
            field("mount.\(mount.target)") {
                $0.append(mount.source)
                $0.append(mount.readOnly)
            }
        }
        field("networks") { $0.append(container.extraNetworks.sorted()) }
        for (host, address) in container.extraHosts { field("host.\(host)") { $0.append(address) } }
        field("dns") { $0.append(container.dns) }
        field("port") { $0.append(Int64(container.port)) }
        optional("resources.memory", container.resources.memoryBytes)
        optional("resources.cpus", container.resources.cpuMillis)
        optional("resources.pids", container.resources.pids)
        let hardening = container.hardening
        field("hardening.no_new_privileges") { $0.append(hardening.noNewPrivileges) }
        field("hardening.drop_capabilities") { $0.append(hardening.dropCapabilities) }
        field("hardening.add_capabilities") { $0.append(hardening.addCapabilities.sorted()) }
        field("hardening.read_only") { $0.append(hardening.readOnlyRoot) }
        field("hardening.tmpfs") { $0.append(hardening.tmpfs.sorted()) }
        field("hardening.seccomp_unconfined") { $0.append(hardening.seccompUnconfined) }
        field("stop_grace_seconds") { $0.append(Int64(container.stopGraceSeconds)) }
        optional("home.uid", home.ownerUID.map { Int64($0) })
        optional("home.gid", home.ownerGID.map { Int64($0) })
        return fields
    }

    /// Of all fields of a part, sorted by path.
    private func digest(_ fields: [String: CanonicalEncoding]) -> String {
        var whole = CanonicalEncoding()
        whole.append(Fingerprint.currentVersion)
        for (path, encoding) in fields.sorted(by: { $0.key < $1.key }) {
            whole.append(path)
            whole.append(encoding.bytes)
        }
        return Array(SHA256.hash(data: whole.bytes)).hex
    }

    private func shortDigest(_ path: String, _ encoding: CanonicalEncoding) -> String {
        var whole = CanonicalEncoding()
        whole.append(path)
        whole.append(encoding.bytes)
        return Array(key.digest(of: whole.bytes).prefix(4)).hex
    }
}
