import Spec

/// A container that was running and is found dead, though nobody here stopped it.
struct Crash: Sendable {
    var container: ObservedContainer
    var spec: RunnerSpec
    var generation: Int64
}

/// Tells crashes from ends that were asked for, once per container.
struct CrashWatch {
    private var counted: Set<ContainerID> = []
    /// Before the first list, what died may have been counted by an earlier process.
    private var isFirstList = true

    /// Containers as desired that ended and were not counted yet. The end of one that is to be replaced or reaped
    /// anyway is no failure.
    mutating func newCrashes(
        in observed: ObservedState, desired: DesiredState, history: FailureHistory, busy: Set<RunnerID>,
        isOwnStop: (ContainerID) -> Bool
    ) -> [Crash] {
        defer { isFirstList = false }
        var crashes: [Crash] = []
        var dead: Set<ContainerID> = []
        for container in observed.containers where container.state.hasEnded {
            dead.insert(container.id)
            guard let id = container.runner, !busy.contains(id), !counted.contains(container.id),
                !isOwnStop(container.id), let runner = desired.runners[id], let spec = runner.specIfWanted,
                let fingerprint = container.fingerprint, spec.fingerprint.matches(fingerprint)
            else { continue }
            counted.insert(container.id)
            if case .exited(let code?) = container.state, code == 0 || spec.healthyExitCodes.contains(code) { continue }
            if isFirstList, let last = history.records[id]?.last, container.createdAt < last.at { continue }
            crashes.append(Crash(container: container, spec: spec, generation: runner.generation))
        }
        counted.formIntersection(dead)
        return crashes
    }
}

extension DesiredRunner {
    /// nil when it is not wanted or cannot be built. One whose idle time is over still has its spec.
    var specIfWanted: RunnerSpec? {
        guard case .runnable(let spec) = resolution else { return nil }
        if case .no = want { return nil }
        return spec
    }
}

extension ContainerState {
    fileprivate var hasEnded: Bool {
        switch self {
        case .exited, .dead: true
        case .created, .running, .paused, .restarting, .removing: false
        }
    }
}
