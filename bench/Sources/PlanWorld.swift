import Reconciler
import Spec

/// A world of many runners that all run.
struct PlanWorld {
    static let image = "demo:1"

    private(set) var desired = DesiredState(configRevision: 1)
    private var observed = ObservedState()
    private var inFlight = InFlight()
    private let policy = PlanPolicy(settledRevision: 1)
    let now = Timestamp(milliseconds: 1_767_268_800_000)

    init(runners: Int, image: String = PlanWorld.image, seenReady: Bool = true) {
        for number in 0..<runners {
            let id = RunnerID(user: "user-number-\(number / 4)", backend: "backend-\(number % 4)")
            let container = ContainerID(Self.digest(number))
            desired.runners[id] = DesiredRunner(
                id: id, generation: 3, want: .whileActive(idle: .seconds(600)), lastActivity: now - .seconds(60),
                resolution: .runnable(Self.spec(id, image: image)))
            observed.containers.append(
                ObservedContainer(
                    id: container, name: "demo-\(id.user)", runner: id, fingerprint: Self.fingerprint(Self.image),
                    generation: 3, state: .running, createdAt: now - .seconds(3600),
                    addresses: ["agstack-1": "10.201.0.2"], publishedPorts: [8080: 20_000], image: Self.image))
            inFlight.activity[id] = Activity(lastActivity: now - .seconds(5), ready: seenReady ? container : nil)
        }
    }

    func plan() -> Plan {
        Planner.plan(
            desired: desired, observed: observed, history: FailureHistory(), inFlight: inFlight, policy: policy,
            now: now)
    }

    private static func spec(_ id: RunnerID, image: String) -> RunnerSpec {
        RunnerSpec(
            id: id, containerName: "demo-\(id.user)",
            container: ContainerSpec(
                image: image, command: ["serve"], user: "1000:1000",
                environment: (0..<8).map { EnvironmentVariable("VARIABLE_\($0)", .plain("value \($0)")) },
                mounts: [Mount(source: "/data/users/\(id.user)", target: "/home/agent")], port: 8080),
            home: HomeSpec(path: "/data/users/\(id.user)"),
            probe: ProbeSpec(healthPath: "/health", readyPath: "/ready"),
            credential: RunnerCredential(headerName: "Authorization", headerValue: Secret("Bearer key")),
            fingerprint: fingerprint(image))
    }

    private static func fingerprint(_ image: String) -> Fingerprint {
        let number = image.utf8.reduce(7) { $0 &* 31 &+ Int($1) }
        return Fingerprint(
            spec: digest(number), seed: digest(1), overrides: digest(2),
            fields: Dictionary(uniqueKeysWithValues: (0..<20).map { ("env.VARIABLE_\($0)", "0123abcd") })
                .merging(["image": image]) { $1 })
    }

    /// 64 hex digits.
    private static func digest(_ number: Int) -> String {
        let digits = String(UInt(bitPattern: number), radix: 16)
        return String(repeating: "0", count: 64 - digits.count) + digits
    }
}
