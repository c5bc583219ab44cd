/// What the system answers about one runner. Read from memory, never from the daemon.
package struct RunnerStatus: Sendable {
    package var id: RunnerID
    package var phase: RunnerPhase
    package var conditions: [Condition]
    /// Of the desired runner now, and of the one that the phase speaks of.
    package var generation: Int64
    package var observedGeneration: Int64
    package var containerName: String?
    package var containerID: ContainerID?
    package var startedAt: Timestamp?
    package var lastActive: Timestamp
    /// Leases held, with what holds them in people's words (`2 requests`); empty when idle.
    package var heldBy: [String]
    /// When it will be stopped if nothing happens; nil = never or not running.
    package var stopsAt: Timestamp?
    /// How long it may be idle, and who says so; nil when nobody wishes for it or its backend is not available.
    package var idle: IdleTime?
    package var failure: RunnerFailure?
    package var progress: StartProgress?

    package init(
        id: RunnerID, phase: RunnerPhase, conditions: [Condition] = [], generation: Int64 = 0,
        observedGeneration: Int64 = 0, containerName: String? = nil, containerID: ContainerID? = nil,
        startedAt: Timestamp? = nil, lastActive: Timestamp = .epoch, heldBy: [String] = [], stopsAt: Timestamp? = nil,
        failure: RunnerFailure? = nil, progress: StartProgress? = nil
    ) {
        self.id = id
        self.phase = phase
        self.conditions = conditions
        self.generation = generation
        self.observedGeneration = observedGeneration
        self.containerName = containerName
        self.containerID = containerID
        self.startedAt = startedAt
        self.lastActive = lastActive
        self.heldBy = heldBy
        self.stopsAt = stopsAt
        self.failure = failure
        self.progress = progress
    }
}

/// One word for where a runner is.
package enum RunnerPhase: String, Sendable, Codable {
    case stopped, queued, pulling, starting, ready, draining, stopping, failed
    /// The daemon could not be asked.
    case unknown
}

/// One statement about a runner or the operator, in Kubernetes' shape.
package struct Condition: Sendable, Hashable {
    package enum Kind: String, Sendable { case ready = "Ready", reconciling = "Reconciling", stalled = "Stalled" }
    package enum Truth: String, Sendable { case yes = "True", no = "False", unknown = "Unknown" }

    package var kind: Kind
    package var truth: Truth
    /// CamelCase word for programs, `CrashLoop`.
    package var reason: String
    package var message: String
    package var since: Timestamp
    package var observedGeneration: Int64

    package init(kind: Kind, truth: Truth, reason: String, message: String, since: Timestamp, observedGeneration: Int64)
    {
        self.kind = kind
        self.truth = truth
        self.reason = reason
        self.message = message
        self.since = since
        self.observedGeneration = observedGeneration
    }
}

/// Why a start failed or a running container went away.
package struct RunnerFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: String, Sendable, Codable {
        case imageMissing = "ImageMissing"
        case pullFailed = "PullFailed"
        case nameTaken = "NameTaken"
        case homeFailed = "HomeFailed"
        case createFailed = "CreateFailed"
        case startFailed = "StartFailed"
        case exited = "Exited"
        case notReady = "NotReady"
        case engineUnavailable = "EngineUnavailable"
    }

    package var reason: Reason
    /// One sentence for people, with the image, container or exit code in it.
    package var message: String
    /// At most 50 lines, oldest first, when the container could still be asked.
    package var logTail: [String]
    package var at: Timestamp

    package init(reason: Reason, message: String, logTail: [String] = [], at: Timestamp) {
        self.reason = reason
        self.message = message
        self.logTail = logTail
        self.at = at
    }

    package var description: String { message }
}

/// One step of a start, as `GET …/progress` sends it.
package struct StartProgress: Sendable, Hashable {
    package enum Stage: String, Sendable {
        case snapshot, queued, creating
        case imagePull = "image_pull"
        case dockerRun = "docker_run"
        case healthWait = "health_wait"
        case ready, error

        package var isFinal: Bool { self == .ready || self == .error }
    }

    package var stage: Stage
    /// 0...100, never going back within one start.
    package var percent: Int
    package var message: String
    package var detail: String?

    package init(stage: Stage, percent: Int, message: String, detail: String? = nil) {
        self.stage = stage
        self.percent = percent
        self.message = message
        self.detail = detail
    }
}
