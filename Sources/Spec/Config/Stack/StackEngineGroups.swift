/// The groups that say how runners are run.
extension StackReader {
    func engine() -> StackSpec.Engine {
        let group = root.group(.engine, EngineKey.self)
        var engine = StackSpec.Engine()
        engine.socket = group.field(.socket, .dockerHost).flatMap(socket) ?? engine.socket
        engine.reach = group.field(.reach)?.choice() ?? engine.reach
        engine.portRange = portRange(group, default: engine.portRange)
        engine.bindHost = group.field(.bindHost, .backendBindHost)?.text() ?? engine.bindHost
        engine.pullPolicy = group.field(.pullPolicy)?.choice() ?? engine.pullPolicy
        engine.onDigestChange = group.field(.onDigestChange)?.choice() ?? engine.onDigestChange
        engine.registryAuthFile = group.field(.registryAuthFile)?.text().map { Path.absolute($0, from: baseDirectory) }
        engine.prepull = group.field(.prepull, .backendPrepull)?.boolean() ?? engine.prepull
        return engine
    }

    func reconcile() -> StackSpec.Reconcile {
        let group = root.group(.reconcile, ReconcileKey.self)
        let defaults = StackSpec.Reconcile()
        return StackSpec.Reconcile(
            interval: group.field(.interval, .reaperInterval)?.duration(in: .milliseconds(100)...Limits.hour)
                ?? defaults.interval,
            maxLanes: group.field(.maxLanes)?.integer(in: 1...1000) ?? defaults.maxLanes,
            maxRecreates: group.field(.maxRecreates)?.integer(in: 1...1000) ?? defaults.maxRecreates,
            drainTimeout: group.field(.drainTimeout)?.duration(in: .zero...Limits.day) ?? defaults.drainTimeout,
            safetyShare: group.field(.safetyShare)?.share() ?? defaults.safetyShare,
            safetyFloor: group.field(.safetyFloor)?.integer(in: 0...1_000_000) ?? defaults.safetyFloor
        )
    }

    func runners() -> StackSpec.RunnerDefaults {
        let group = root.group(.runners, RunnersKey.self)
        var runners = StackSpec.RunnerDefaults()
        let idle = group.field(.idle, .defaultIdle)?.durationOrNever(upTo: Limits.day * 365)
        runners.idleSeconds = idle?.roundedSeconds ?? runners.idleSeconds
        let minIdle = group.field(.minIdle, .minIdle)?.duration(in: .zero...Limits.hour * 6)
        runners.minIdleSeconds = minIdle?.roundedSeconds ?? runners.minIdleSeconds
        let timeout = group.field(.startupTimeout, .backendStartupTimeout)
        runners.startupTimeout = timeout?.duration(in: .milliseconds(100)...Limits.hour) ?? runners.startupTimeout
        let poll = group.field(.startupPoll, .backendStartupPoll)
        runners.startupPoll = poll?.duration(in: Limits.millisecond...Limits.second * 60) ?? runners.startupPoll
        runners.resources = ResourcesReader(allowsNone: true).read(
            memory: group.field(.memory), cpus: group.field(.cpus), pids: group.field(.pids),
            defaults: runners.resources
        )
        runners.maxRunners = group.field(.maxRunners)?.integer(in: 0...100_000) ?? runners.maxRunners
        runners.hardening = hardening(group.group(.hardening), defaults: runners.hardening)
        return runners
    }

    private func hardening(_ group: FieldReader<HardeningKey>, defaults: Hardening) -> Hardening {
        HardeningFields(
            noNewPrivileges: group.field(.noNewPrivileges), dropCapabilities: group.field(.dropCapabilities),
            addCapabilities: group.field(.addCapabilities), readOnly: group.field(.readOnly),
            tmpfs: group.field(.tmpfs), seccompUnconfined: group.field(.seccompUnconfined)
        ).read(defaults: defaults)
    }

    private func socket(_ field: Field) -> String? {
        guard let text = field.text() else { return nil }
        if text.hasPrefix("unix://") { return String(text.dropFirst("unix://".count)) }
        guard !text.contains("://") else {
            return field.fail("\"\(text)\" is not a Unix socket.", "Write its path, like /var/run/docker.sock.")
        }
        return Path.absolute(text, from: baseDirectory)
    }

    /// The environment may replace either end.
    private func portRange(_ group: FieldReader<EngineKey>, default range: ClosedRange<UInt16>) -> ClosedRange<UInt16> {
        let written = group.field(.portRange)
        let fileRange = written.flatMap(ports) ?? range
        let start = group.variable(.backendPortStart)
        let end = group.variable(.backendPortEnd)
        let first = start?.integer(in: 1...65_535).map { UInt16($0) } ?? fileRange.lowerBound
        let last = end?.integer(in: 1...65_535).map { UInt16($0) } ?? fileRange.upperBound
        guard first <= last else {
            return (end ?? start)?.fail("The ports \(first) to \(last) run backwards.", "Write the smaller one first.")
                ?? range
        }
        return first...last
    }

    private func ports(_ field: Field) -> ClosedRange<UInt16>? {
        let remedy = "Write two ports from 1 to 65535, the smaller one first, like 19000-19999."
        guard let text = field.text() else { return nil }
        let ends = text.split(separator: "-").map { UInt16($0.filter { $0 != " " }) ?? 0 }
        guard ends.count == 2, ends[0] > 0, ends[0] <= ends[1] else {
            return field.fail("\"\(text)\" is not a range of ports.", remedy)
        }
        return ends[0]...ends[1]
    }
}

extension Duration {
    var roundedSeconds: Int { Int((wholeMilliseconds + 999) / 1000) }
}
