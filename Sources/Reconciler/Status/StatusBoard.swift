import Spec
import Synchronization

/// What the reconciler answers when asked: each pass writes the statuses, lanes write their progress, and what the
/// gate knows better is laid over when somebody reads.
final class StatusBoard: Sendable {
    fileprivate struct Entry {
        var status: RunnerStatus
        var idle: Duration?
        var isWanted: Bool
    }

    fileprivate struct State {
        var entries: [RunnerID: Entry] = [:]
        var feeds: [RunnerID: ProgressFeed] = [:]
        var problem: String?
        var problemSince: Timestamp = .epoch
        var lastPass: Timestamp?
    }

    private let gate: Gate
    private let clock: any WallClock
    private let state = Mutex(State())
    /// What is told of: phase, conditions, failure and progress; not activity, which changes with every request.
    let changes = StatusChanges()

    init(gate: Gate, clock: any WallClock) {
        self.gate = gate
        self.clock = clock
    }

    // MARK: Writing

    /// Takes over what a pass found. Runners without facts are gone.
    func publish(_ facts: [RunnerFacts]) {
        let now = clock.now()
        let before = state.withLock { state in
            let before = (entries: state.entries, problem: state.problem)
            var entries: [RunnerID: Entry] = [:]
            entries.reserveCapacity(facts.count)
            for fact in facts {
                guard let status = fact.status(previous: state.entries[fact.id]?.status, now: now) else { continue }
                entries[fact.id] = Entry(status: status, idle: fact.idle, isWanted: fact.isWanted)
            }
            state.entries = entries
            state.feeds = state.feeds.filter { $0.value.isWatched || entries[$0.key] != nil }
            state.problem = nil
            state.lastPass = now
            return before
        }
        guard changes.areWatched else { return }
        let entries = state.withLock { $0.entries }
        let known = Set(entries.keys).union(before.entries.keys)
        let isNews = { id in before.problem != nil || Self.differ(before.entries[id]?.status, entries[id]?.status) }
        changes.add(known.filter(isNews))
    }

    private static func differ(_ left: RunnerStatus?, _ right: RunnerStatus?) -> Bool {
        guard let left, let right else { return (left == nil) != (right == nil) }
        return left.phase != right.phase || left.conditions != right.conditions || left.failure != right.failure
            || left.containerID != right.containerID || left.observedGeneration != right.observedGeneration
    }

    /// The engine cannot be asked. True when that is news.
    func publish(engineProblem problem: String) -> Bool {
        let now = clock.now()
        let affected = state.withLock { state -> [RunnerID]? in
            defer { state.problem = problem }
            guard state.problem == nil else { return nil }
            state.problemSince = now
            return Array(state.entries.keys)
        }
        if let affected { changes.add(affected) }
        return affected != nil
    }

    /// A lane is about to start a container for the runner.
    func begin(_ id: RunnerID) {
        state.withLock { $0.feeds[id, default: ProgressFeed()].begin() }
        changes.add([id])
    }

    func report(_ progress: StartProgress, of id: RunnerID) {
        let ended = state.withLock { $0.feeds[id, default: ProgressFeed()].report(progress) }
        for watcher in ended { watcher.finish() }
        changes.add([id])
    }

    /// The start came to nothing.
    func fail(_ id: RunnerID, _ message: String) {
        report(StartProgress(stage: .error, percent: 0, message: message), of: id)
    }

    // MARK: Reading

    var engineProblem: String? { state.withLock { $0.problem } }
    var lastPass: Timestamp? { state.withLock { $0.lastPass } }

    func status(of id: RunnerID) -> RunnerStatus? {
        let activity = gate.activity(of: id)
        return state.withLock { $0.status(of: id, activity: activity) }
    }

    func statuses(ofUser slug: String?) -> [RunnerStatus] {
        let activity = gate.activity()
        return state.withLock { state in
            state.entries.keys.filter { slug == nil || $0.user == slug }.sorted()
                .compactMap { state.status(of: $0, activity: activity[$0]) }
        }
    }

    /// Runners whose progress somebody watches.
    var watched: [RunnerID] { state.withLock { $0.feeds.filter { $0.value.isWatched }.map(\.key) } }

    /// Whether the last pass found it wanted.
    func wasWanted(_ id: RunnerID) -> Bool { state.withLock { $0.entries[id]?.isWanted ?? false } }

    func progress(of id: RunnerID) -> StartProgress? {
        state.withLock { $0.feeds[id]?.current }
    }

    func watchProgress(of id: RunnerID) -> AsyncStream<StartProgress> {
        let (stream, watcher) = AsyncStream.makeStream(of: StartProgress.self, bufferingPolicy: .bufferingNewest(16))
        if let activity = gate.activity(of: id), activity.ready != nil, activity.drainingSince == nil {
            watcher.yield(StartProgress(stage: .ready, percent: 100, message: "ready"))
            watcher.finish()
            return stream
        }
        let key = state.withLock { $0.feeds[id, default: ProgressFeed()].watch(watcher) }
        watcher.onTermination = { [weak self] _ in
            self?.state.withLock { $0.feeds[id]?.unwatch(key) }
        }
        return stream
    }
}

extension StatusBoard.State {
    /// The status as of the last pass, with what changed since then.
    fileprivate func status(of id: RunnerID, activity: Activity?) -> RunnerStatus? {
        guard let entry = entries[id] else { return nil }
        var status = entry.status
        let before = status
        if let progress = feeds[id]?.current {
            status.progress = progress
            if [.starting, .stopping, .queued].contains(status.phase), !progress.stage.isFinal {
                status.phase = progress.stage.phase
            }
        }
        if let activity {
            status.lastActive = max(status.lastActive, activity.lastActivity)
            if activity.leases > 0 {
                status.heldBy = [activity.leases == 1 ? "1 request" : "\(activity.leases) requests"]
            }
            if let ready = activity.ready, activity.drainingSince == nil {
                status.phase = .ready
                status.containerID = ready
                status.setCondition(
                    .ready, .yes, reason: "Answers", message: "the ready path answered", previous: before,
                    now: activity.lastActivity)
            }
        }
        if status.phase == .ready { status.stopsAt = entry.idle.map { status.lastActive + $0 } }
        if let problem {
            status.phase = .unknown
            status.setCondition(
                .ready, .unknown, reason: "DaemonUnreachable", message: problem, previous: before, now: problemSince)
        }
        return status
    }
}

extension StartProgress.Stage {
    fileprivate var phase: RunnerPhase {
        switch self {
        case .snapshot, .queued: .queued
        case .imagePull: .pulling
        case .creating, .dockerRun, .healthWait: .starting
        case .ready: .ready
        case .error: .failed
        }
    }
}
