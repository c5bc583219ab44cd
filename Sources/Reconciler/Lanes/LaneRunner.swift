import Logging
import Spec

/// Runs a lane from its begin to its conclusion: the steps, then what their outcome means for the failures, the
/// waiters, the journal and the board.
struct LaneRunner: Sendable {
    let tools: LaneTools
    let ledger: FailureLedger
    let metrics: ReconcilerMetrics

    private static let logLines = 50

    /// `wait` passes before an inconclusive lane ends, so that an engine that answers nonsense is not asked in a loop.
    func run(_ running: RunningLane, settings: ReconcilerSettings, ifInconclusive wait: Duration) async -> LaneOutcome {
        let lane = running.lane
        let begun = tools.ports.clock.now()
        var logger = tools.ports.logger
        logger[metadataKey: "runner"] = "\(lane.runner)"
        logger[metadataKey: "verb"] = "\(lane.verb.rawValue)"
        logger.info("lane begins", metadata: ["cause": "\(lane.cause)"])
        if lane.verb.startsContainer { tools.board.begin(lane.runner) }

        let (tools, laneLogger) = (tools, logger)
        var outcome = await running.run {
            var steps = LaneSteps(lane: lane, tools: tools, settings: settings, logger: laneLogger)
            return await steps.run()
        }
        if let reason = running.abandonedBecause, !outcome.isDone { outcome = .superseded(reason.rawValue) }

        metrics.laneEnded(lane.verb, outcome.word)
        switch outcome {
        case .done:
            logger.info("lane done")
            await succeeded(lane, begun: begun)
        case .failed(let failure, let container):
            logger.warning("lane failed", metadata: ["reason": "\(failure.reason.rawValue)", "error": "\(failure)"])
            await failed(running, failure, container)
        case .inconclusive(let message):
            logger.warning("lane inconclusive", metadata: ["error": "\(message)"])
            try? await tools.ports.clock.sleep(for: wait)
        case .superseded(let reason):
            logger.info("lane superseded", metadata: ["reason": "\(reason)"])
            if running.abandonedBecause == .notWanted { tools.board.fail(lane.runner, reason) }
        }
        return outcome
    }

    private func succeeded(_ lane: Lane, begun: Timestamp) async {
        let now = tools.ports.clock.now()
        switch lane.verb {
        case .create, .recreate, .start:
            metrics.started(after: now - begun)
        case .adopt, .drain, .reap: break
        }
        guard let reason = lane.verb.event else { return }
        await write(RunnerEvent(runner: lane.runner, at: now, reason: reason, message: lane.cause))
    }

    /// Written down first, then what is left of the start is removed, then those who wait are told: when they look,
    /// nothing is left. A crash of this process in between leaves a container that the next pass removes.
    private func failed(_ running: RunningLane, _ failure: RunnerFailure, _ container: ContainerID?) async {
        let lane = running.lane
        var failure = failure
        if let container { failure.logTail = await logTail(of: container) }
        metrics.failed(failure.reason)
        await ledger.note(
            failure, of: lane.runner, generation: lane.generation, fingerprint: lane.spec?.fingerprint, readyFor: nil)
        await write(
            RunnerEvent(
                runner: lane.runner, at: failure.at, reason: "Failed", message: failure.message,
                logTail: failure.logTail))
        if let container { await clearAway(container, graceSeconds: lane.spec?.container.stopGraceSeconds ?? 0) }
        tools.board.fail(lane.runner, failure.message)
        let retryAfter = ledger.record(of: lane.runner)?.retryAfterSeconds(at: tools.ports.clock.now())
        tools.gate.refuse(lane.runner, .failed(failure, retryAfterSeconds: retryAfter)) { waiter in
            !waiter.retries || waiter.isAnswered(byPass: running.pass)
        }
    }

    /// A container that was running and died by itself: keeps its last lines and counts the failure.
    func examine(_ crash: Crash) async {
        guard let id = crash.container.runner else { return }
        let detail = try? await tools.ports.engine.inspectContainer(crash.container.id)
        let ending = (detail ?? ContainerDetail(container: crash.container)).ending
        let failure = RunnerFailure(
            reason: .exited, message: "\(crash.container.name) \(ending)",
            logTail: await logTail(of: crash.container.id), at: tools.ports.clock.now())
        metrics.failed(failure.reason)
        tools.ports.logger.warning("runner died", metadata: ["runner": "\(id)", "error": "\(failure)"])
        await ledger.note(
            failure, of: id, generation: crash.generation, fingerprint: crash.container.fingerprint,
            readyFor: tools.gate.readyTime(of: crash.container.id, runner: id))
        await write(
            RunnerEvent(
                runner: id, at: failure.at, reason: "Exited", message: failure.message, logTail: failure.logTail))
    }

    private func logTail(of container: ContainerID) async -> [String] {
        (try? await tools.ports.engine.redactedLog(of: container, lines: Self.logLines))?.lines ?? []
    }

    /// What fails here is done by a later pass, which finds the container.
    private func clearAway(_ container: ContainerID, graceSeconds: Int) async {
        tools.ownStops.note(container)
        try? await tools.ports.engine.stopContainer(container, graceSeconds: graceSeconds)
        try? await tools.ports.engine.removeContainer(container)
    }

    private func write(_ event: RunnerEvent) async {
        guard event.runner != Lane.unknownRunner else { return }
        do {
            try await tools.ports.journal.record(event)
        } catch {
            tools.ports.logger.warning(
                "event not written down", metadata: ["runner": "\(event.runner)", "error": "\(error)"])
        }
    }
}

extension LaneOutcome {
    fileprivate var isDone: Bool {
        if case .done = self { return true }
        return false
    }

    /// For the metrics.
    fileprivate var word: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .inconclusive: "inconclusive"
        case .superseded: "superseded"
        }
    }
}

extension LaneVerb {
    /// The word under which a finished lane enters the runner's history.
    fileprivate var event: String? {
        switch self {
        case .create: "Created"
        case .recreate: "Recreated"
        case .start: "Ready"
        case .adopt: "Adopted"
        case .reap: "Reaped"
        case .drain: nil
        }
    }
}

extension FailureRecord {
    /// Whole seconds until the next attempt, at least 1; nil when only an edit or Retry goes on.
    func retryAfterSeconds(at now: Timestamp) -> Int? {
        guard count < crashLoopFailures else { return nil }
        return max(1, Int(((retryAt - now).wholeMilliseconds + 999) / 1000))
    }
}
