import Spec

/// Which runners are not created because their user has as many as they may. What runs already is never stopped for it.
struct UserLimits {
    private var refused: [RunnerID: Hold.Reason] = [:]

    init(desired: DesiredState, index: ContainerIndex, inFlight: InFlight, now: Timestamp) {
        var limits: [String: Int] = [:]
        for (id, runner) in desired.runners { if let limit = runner.maxRunners { limits[id.user] = limit } }
        guard !limits.isEmpty else { return }
        var holders: [String: [RunnerID]] = [:]
        var waiting: [String: [DesiredRunner]] = [:]
        for (id, runner) in desired.runners where limits[id.user] != nil {
            guard runner.isWanted(inFlight.activity[id] ?? Activity(), now: now) else { continue }
            if inFlight.lanes.contains(id) || index.one(of: id).map({ $0.state != .removing }) ?? false {
                holders[id.user, default: []].append(id)
            } else if runner.maxRunners == nil {
                // Pinned: it comes in any case, and takes its place.
                holders[id.user, default: []].append(id)
            } else if case .runnable = runner.resolution {
                waiting[id.user, default: []].append(runner)
            }
        }
        for (user, runners) in waiting {
            let limit = limits[user] ?? 0
            var present = (holders[user] ?? []).sorted()
            // Who came first goes first, so that one more request takes nobody's place.
            for runner in runners.sorted(by: { ($0.lastActivity, $0.id) < ($1.lastActivity, $1.id) }) {
                if present.count < limit {
                    present.append(runner.id)
                } else {
                    refused[runner.id] = .userLimit(limit: limit, present: present.map(\.backend).sorted())
                }
            }
        }
    }

    /// What keeps the runner from being created; nil when nothing does.
    func hold(_ id: RunnerID) -> Hold.Reason? { refused.isEmpty ? nil : refused[id] }
}

extension DesiredRunner {
    fileprivate func isWanted(_ activity: Activity, now: Timestamp) -> Bool {
        switch want {
        case .always: true
        case .whileActive(let idle): expiry(after: idle, activity).map { $0 > now } ?? true
        case .no: false
        }
    }
}
