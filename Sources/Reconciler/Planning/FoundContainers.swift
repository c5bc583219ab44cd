import Spec

/// The containers of an observed state by runner, without an array for each of the many runners that have just one.
struct ContainerIndex {
    private let containers: [ObservedContainer]
    private var first: [RunnerID: Int]
    private var more: [RunnerID: [Int]] = [:]

    init(_ containers: [ObservedContainer]) {
        self.containers = containers
        first = Dictionary(minimumCapacity: containers.count)
        for place in containers.indices {
            guard let runner = containers[place].runner else { continue }
            if let known = first.updateValue(place, forKey: runner) { more[runner, default: []].append(known) }
        }
    }

    func one(of id: RunnerID) -> ObservedContainer? { first[id].map { containers[$0] } }

    /// Whether a runner has several; the common answer, for all runners at once, is no.
    func hasSeveral(_ id: RunnerID) -> Bool { !more.isEmpty && more[id] != nil }

    func all(of id: RunnerID) -> [ObservedContainer] {
        ((more[id] ?? []) + [first[id]].compactMap { $0 }).map { containers[$0] }
    }
}

/// The containers of one runner: the one to go on with, and those that must go before anything is created.
struct FoundContainers {
    /// nil when there is none but such as the daemon is removing already.
    var kept: ObservedContainer?
    /// Oldest first.
    var others: [ObservedContainer] = []
    /// Whether the daemon is still removing one.
    var isBeingRemoved = false

    init(_ index: ContainerIndex, of runner: DesiredRunner, activity: Activity) {
        guard index.hasSeveral(runner.id) else {
            kept = index.one(of: runner.id)
            isBeingRemoved = kept?.state == .removing
            if isBeingRemoved { kept = nil }
            return
        }
        let containers = index.all(of: runner.id)
        others = containers.filter { $0.state != .removing }.sorted(by: Self.isOlder)
        isBeingRemoved = others.count < containers.count
        let scores = others.map { Self.score($0, for: runner, activity: activity) }
        guard let best = scores.max(), let place = scores.firstIndex(of: best) else { return }
        kept = others.remove(at: place)
    }

    /// Higher is better. What holds leases wins over everything, so that they can be waited for.
    private static func score(_ container: ObservedContainer, for runner: DesiredRunner, activity: Activity) -> Int {
        var isAsDesired = false
        if case .runnable(let spec) = runner.resolution, let has = container.fingerprint {
            isAsDesired = spec.fingerprint.matches(has)
        }
        let isSeenReady = activity.ready == container.id
        if isSeenReady, container.state.mayHaveProcess, activity.leases > 0 { return 16 }
        let life =
            switch container.state {
            case .running: 8
            case .paused, .restarting: 4
            case .created: isAsDesired ? 2 : 0
            case .exited, .dead, .removing: 0
            }
        return container.state == .running ? life + (isAsDesired ? 2 : 0) + (isSeenReady ? 1 : 0) : life
    }

    static func isOlder(_ left: ObservedContainer, _ right: ObservedContainer) -> Bool {
        (left.createdAt, left.id) < (right.createdAt, right.id)
    }
}
