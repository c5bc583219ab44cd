import Spec

/// How a lane ended.
enum LaneOutcome: Sendable {
    case done
    /// Counted against the runner; `container` is what is left of the start and has to go.
    case failed(RunnerFailure, container: ContainerID?)
    /// The engine's answer says nothing about the world; the next list does.
    case inconclusive(String)
    /// The world or the wish changed meanwhile; the next plan decides anew.
    case superseded(String)
}

/// Why a step cannot go on. Thrown by steps, turned into an outcome by the lane.
enum StepError: Error, Sendable {
    case failed(RunnerFailure)
    case inconclusive(String)
    case superseded(String)
}
