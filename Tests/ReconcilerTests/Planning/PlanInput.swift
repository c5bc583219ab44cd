import Reconciler
import Spec

/// All arguments of the planner as one value, with short ways to fill it in.
struct PlanInput {
    var desired = DesiredState()
    var observed = ObservedState()
    var history = FailureHistory()
    var inFlight = InFlight()
    var policy = PlanPolicy()
    var now = PlanInput.noon

    static let noon = Timestamp(milliseconds: 1_767_268_800_000)

    var plan: Plan {
        Planner.plan(
            desired: desired, observed: observed, history: history, inFlight: inFlight, policy: policy, now: now)
    }

    /// Lanes, then holds, as people read them.
    var text: String {
        let plan = plan
        return (plan.lanes.map(\.description) + plan.held.map(\.description)).joined(separator: "\n")
    }

    mutating func wish(
        _ id: RunnerID, _ want: Want = .always, spec: RunnerSpec? = nil, blocked: BlockReason? = nil,
        generation: Int64 = 1, active: Timestamp = PlanInput.noon
    ) {
        desired.runners[id] = DesiredRunner(
            id: id, generation: generation, want: want, lastActivity: active,
            resolution: blocked.map(Resolution.blocked) ?? .runnable(spec ?? .sample(id)))
    }

    mutating func contain(
        _ id: RunnerID?, _ container: String, _ state: ContainerState = .running, built: Fingerprint? = .sample(),
        generation: Int64? = 1, age: Duration = .seconds(60), imageID: String? = nil
    ) {
        observed.containers.append(
            ObservedContainer(
                id: ContainerID(container), name: id.map { "\($0.backend)-\($0.user)" } ?? "nameless", runner: id,
                fingerprint: built, generation: generation, state: state, createdAt: now - age, imageID: imageID))
    }

    /// What the name of the sample's image means, seen first so long ago.
    mutating func know(_ image: String = "demo:1", as id: String, for age: Duration) {
        observed.images[image] = KnownImage(id: id, since: now - age, askedAt: now)
    }

    /// Ready and with an open gate unless told otherwise.
    mutating func gate(_ id: RunnerID, ready: String?, leases: Int = 0, drainingSince: Timestamp? = nil) {
        inFlight.activity[id] = Activity(
            leases: leases, drainingSince: drainingSince, ready: ready.map { ContainerID($0) })
    }

    mutating func fail(_ id: RunnerID, times: Int, generation: Int64 = 1, retryIn: Duration) {
        history.records[id] = FailureRecord(
            count: times, generation: generation, retryAt: now + retryIn,
            last: RunnerFailure(reason: .exited, message: "exited with code 1", at: now))
    }
}

extension RunnerID {
    static let alice = RunnerID(user: "alice", backend: "demo")
    static let bob = RunnerID(user: "bob", backend: "demo")
}

extension Fingerprint {
    /// Differs in its spec part by `image`, in its seed part by `seed`, in its overrides part by `model`.
    static func sample(image: String = "demo:1", seed: String = "s1", model: String = "m1") -> Fingerprint {
        Fingerprint(
            spec: "spec-\(image)", seed: "seed-\(seed)", overrides: "overrides-\(model)",
            fields: ["image": image, "seed.config.yaml": seed, "override.LLM_MODEL": model])
    }
}

extension RunnerSpec {
    static func sample(_ id: RunnerID, _ fingerprint: Fingerprint = .sample()) -> RunnerSpec {
        RunnerSpec(
            id: id, containerName: "\(id.backend)-\(id.user)",
            container: ContainerSpec(image: fingerprint.fields["image"] ?? "demo:1", port: 8080),
            home: HomeSpec(path: "/homes/\(id)"), probe: ProbeSpec(healthPath: "/health", readyPath: nil),
            credential: RunnerCredential(headerName: "Authorization", headerValue: Secret("Bearer key")),
            fingerprint: fingerprint)
    }
}
