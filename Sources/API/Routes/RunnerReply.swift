import Spec

/// One runner as its user sees it. Times are whole seconds since 1970, durations whole seconds.
struct RunnerReply: Encodable {
    var backend: String
    var containerName: Nullable<String>
    var startedAt: Nullable<Int64>
    /// null when it never was.
    var lastActive: Nullable<Int64>
    /// 0 = never stopped for idleness.
    var idleSeconds: Int
    /// Who says so, when `stack.yaml` does for this user: `pinned` or `users`; null otherwise.
    var idleDeclaredBy: Nullable<String>
    /// The user's own setting that does not count because of that; null when there is none.
    var idleOverruledSeconds: Nullable<Int>
    var idleForSeconds: Int64
    /// null = never, or not running.
    var stopsInSeconds: Nullable<Int64>
    /// The same.
    var idleIn: Nullable<Int64>
    var running: Bool
    var phase: RunnerPhase
    var conditions: [ConditionReply]
    var heldBy: [String]
    var failure: Nullable<FailureReply>
    var progress: Nullable<ProgressReply>

    init(_ status: RunnerStatus, now: Timestamp, containerPrefix: String?, idleSeconds: Int) {
        backend = status.id.backend
        containerName = Nullable(status.containerName ?? containerPrefix.map { "\($0)-\(status.id.user)" })
        startedAt = Nullable(status.startedAt?.wholeSeconds)
        let isKnown = status.lastActive > .epoch
        lastActive = Nullable(isKnown ? status.lastActive.wholeSeconds : nil)
        let declared = status.idle.flatMap { $0.isDeclared ? $0 : nil }
        self.idleSeconds = declared?.seconds ?? idleSeconds
        idleDeclaredBy = Nullable(declared?.origin.rawValue)
        idleOverruledSeconds = Nullable(declared?.overruled)
        idleForSeconds =
            status.heldBy.isEmpty && isKnown ? max(0, (now - status.lastActive).wholeMilliseconds / 1000) : 0
        stopsInSeconds = Nullable(status.stopsAt.map { max(0, ($0 - now).wholeMilliseconds / 1000) })
        idleIn = stopsInSeconds
        running = status.phase == .ready || status.phase == .draining
        phase = status.phase
        conditions = status.conditions.map(ConditionReply.init)
        heldBy = status.heldBy
        failure = Nullable(status.failure.map(FailureReply.init))
        progress = Nullable(running ? nil : status.progress.map(ProgressReply.init))
    }
}

struct ConditionReply: Encodable {
    var type: String
    var status: String
    var reason: String
    var message: String
    var since: Int64
    var observedGeneration: Int64

    init(_ condition: Condition) {
        type = condition.kind.rawValue
        status = condition.truth.rawValue
        reason = condition.reason
        message = condition.message
        since = condition.since.wholeSeconds
        observedGeneration = condition.observedGeneration
    }
}

struct FailureReply: Encodable {
    var reason: RunnerFailure.Reason
    var message: String
    /// The container's last lines, oldest first.
    var logTail: [String]
    var at: Int64

    init(_ failure: RunnerFailure) {
        reason = failure.reason
        message = failure.message
        logTail = failure.logTail
        at = failure.at.wholeSeconds
    }
}

/// `{stage, progress, message, detail?}`.
struct ProgressReply: Encodable {
    var stage: String
    var progress: Int
    var message: String
    var detail: String?

    init(_ progress: StartProgress) {
        stage = progress.stage.rawValue
        self.progress = progress.percent
        message = progress.message
        detail = progress.detail
    }
}

extension Timestamp {
    /// Seconds since 1970.
    var wholeSeconds: Int64 { milliseconds / 1000 }

    /// nil before 1970 and beyond the year 9999, where it is a mistake such as milliseconds.
    init?(wholeSeconds: Int64) {
        guard (0..<253_402_300_800).contains(wholeSeconds) else { return nil }
        self.init(milliseconds: wholeSeconds * 1000)
    }
}
