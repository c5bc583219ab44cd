import Spec

/// The part of a creation that speaks of the host: limits, rights, mounts, network.
struct HostConfig: Encodable, Sendable {
    let networkMode: String
    let mounts: [BindMount]
    let capDrop: [String]
    let capAdd: [String]
    let securityOptions: [String]
    let pidsLimit: Int64?
    let memoryBytes: Int64?
    let memoryAndSwapBytes: Int64?
    let nanoCPUs: Int64?
    let readOnlyRoot: Bool
    let tmpfs: [String: String]
    let extraHosts: [String]
    let dns: [String]
    let portBindings: [String: [PortBinding]]
    let restartPolicy = ["Name": "no"]
    let logs = LogConfig()

    enum CodingKeys: String, CodingKey {
        case networkMode = "NetworkMode"
        case mounts = "Mounts"
        case capDrop = "CapDrop"
        case capAdd = "CapAdd"
        case securityOptions = "SecurityOpt"
        case pidsLimit = "PidsLimit"
        case memoryBytes = "Memory"
        case memoryAndSwapBytes = "MemorySwap"
        case nanoCPUs = "NanoCpus"
        case readOnlyRoot = "ReadonlyRootfs"
        case tmpfs = "Tmpfs"
        case extraHosts = "ExtraHosts"
        case dns = "Dns"
        case portBindings = "PortBindings"
        case restartPolicy = "RestartPolicy"
        case logs = "LogConfig"
    }

    /// Unlike the older `Binds`, a missing source is an error instead of a new directory owned by root.
    struct BindMount: Encodable, Sendable {
        let kind = "bind"
        let source: String
        let target: String
        let readOnly: Bool

        enum CodingKeys: String, CodingKey {
            case kind = "Type"
            case source = "Source"
            case target = "Target"
            case readOnly = "ReadOnly"
        }
    }

    /// Bounds what a talkative agent can write to the disk: two files of 10 MB.
    struct LogConfig: Encodable, Sendable {
        let driver = "json-file"
        let options = ["max-size": "10m", "max-file": "2"]

        enum CodingKeys: String, CodingKey {
            case driver = "Type"
            case options = "Config"
        }
    }

    init(_ spec: ContainerSpec, bridge: String, publish: PortBinding?) {
        networkMode = bridge
        mounts = spec.mounts.map { BindMount(source: $0.source, target: $0.target, readOnly: $0.readOnly) }
        capDrop = spec.hardening.dropCapabilities ? ["ALL"] : []
        capAdd = spec.hardening.addCapabilities
        securityOptions =
            (spec.hardening.noNewPrivileges ? ["no-new-privileges"] : [])
            + (spec.hardening.seccompUnconfined ? ["seccomp=unconfined"] : [])
        pidsLimit = spec.resources.pids
        memoryBytes = spec.resources.memoryBytes
        // The same number for both: otherwise as much swap again comes on top.
        memoryAndSwapBytes = spec.resources.memoryBytes
        nanoCPUs = spec.resources.cpuMillis.map { $0 * 1_000_000 }
        readOnlyRoot = spec.hardening.readOnlyRoot
        tmpfs = Dictionary(spec.hardening.tmpfs.map { ($0, "") }, uniquingKeysWith: { first, _ in first })
        extraHosts = spec.extraHosts.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        dns = spec.dns
        portBindings = publish.map { ["\(spec.port)/tcp": [$0]] } ?? [:]
    }
}
