import Logging
import Metrics
import Spec

/// What the loop remembers from pass to pass.
struct PassMemory {
    var crashes = CrashWatch()
    var desiredProblem: String?
    /// Passes in a row that could not look.
    var blind = 0
}

/// One round: observe, plan, dispatch, report. It waits for one reading and one list call, never for a lane.
struct Pass {
    let number: Int
    let settings: ReconcilerSettings
    let machine: Machine

    /// The longest time until the next pass.
    func run(_ memory: inout PassMemory) async -> Duration {
        let busy = machine.lanes.runners
        let turns = machine.gate.turns
        let watched = machine.board.watched
        let desired: DesiredState
        let history: FailureHistory
        do {
            desired = try await machine.ports.desired.desiredState()
            await tidy(try await machine.ledger.history(), desired)
            history = try await machine.ledger.history()
        } catch {
            return withoutDesiredState("the desired state cannot be read: \(error)", &memory)
        }
        reportDesired(nil, &memory)
        abandonOutdatedLanes(desired)

        let observed: ObservedState
        do {
            let listed = ObservedState(containers: try await machine.ports.engine.listContainers())
            observed = await withImages(
                machine.deaths.correct(listed, at: machine.ports.clock.now()), of: desired)
        } catch {
            // This process ends; that says nothing about the engine.
            if case .cancelled = error { return settings.interval }
            if machine.board.publish(engineProblem: error.description) {
                machine.ports.logger.error("engine cannot be asked", metadata: ["error": "\(error)"])
            }
            return blind(error.description, &memory)
        }
        if machine.board.engineProblem != nil { machine.ports.logger.info("engine answers again") }
        memory.blind = 0
        return act(
            on: Round(
                desired: desired, history: history, observed: observed, busy: busy, turns: turns,
                watched: watched), &memory)
    }

    private func withImages(_ observed: ObservedState, of desired: DesiredState) async -> ObservedState {
        var observed = observed
        observed.images = await machine.images.images(
            of: desired.imageReferences, at: machine.ports.clock.now(), freshFor: settings.interval)
        return observed
    }

    /// What one pass has read.
    private struct Round {
        var desired: DesiredState
        var history: FailureHistory
        var observed: ObservedState
        /// Runners with a lane before the list was asked for; the list may be older than what the lane did.
        var busy: Set<RunnerID>
        /// Of the gate, before anything was read.
        var turns: Int
        /// Runners whose progress was watched before the desired state was read.
        var watched: [RunnerID]
    }

    private func act(on round: Round, _ memory: inout PassMemory) -> Duration {
        let (desired, history, observed) = (round.desired, round.history, round.observed)
        let running = observed.containers.filter { $0.state == .running }.map(\.id)
        machine.gate.loseAllBut(running: Set(running), asOf: round.turns)
        if round.busy.isEmpty { machine.ownStops.keep(only: Set(observed.containers.map(\.id))) }

        let crashes = memory.crashes.newCrashes(
            in: observed, desired: desired, history: history, busy: round.busy, isOwnStop: machine.ownStops.contains)
        for crash in crashes { machine.examine(crash, pass: number) }

        let activity = machine.gate.activity()
        let now = machine.ports.clock.now()
        let busy = round.busy.union(crashes.compactMap(\.container.runner)).union(
            machine.gate.closed(after: round.turns))
        let plan = Planner.plan(
            desired: desired, observed: observed, history: history,
            inFlight: InFlight(
                lanes: busy, recreating: machine.lanes.runners(with: .recreate),
                draining: machine.lanes.runners(with: .drain), activity: activity),
            policy: machine.settled.applied(to: settings.policy), now: now)
        for lane in plan.lanes { machine.dispatch(lane, pass: number, settings: settings) }
        settle(plan, desired)
        machine.wave.follow(
            plan, busy: busy.union(machine.lanes.runners), recreating: machine.lanes.runners(with: .recreate),
            failed: Set(history.records.keys.filter { activity[$0]?.ready == nil }))

        answerWaiters(plan, desired, history, now: now)
        answerWatchers(round, plan, now: now)
        machine.departures.settle(byPass: number) { id in
            if let want = desired.runners[id]?.want, !want.isWithdrawn { return true }
            return !machine.lanes.contains(id) && !observed.containers.contains { $0.runner == id }
        }
        report(plan, desired, observed, history, activity)
        return untilNext(plan, desired, activity, now: now)
    }

    // MARK: Before the plan

    /// A start whose runner is not wanted any more, or wanted otherwise, does not go on.
    private func abandonOutdatedLanes(_ desired: DesiredState) {
        for running in machine.lanes.all where running.lane.verb.startsContainer {
            guard let runner = desired.runners[running.lane.runner], let spec = runner.specIfWanted else {
                running.abandon(.notWanted)
                continue
            }
            guard let worksFor = running.lane.spec?.fingerprint else { continue }
            if !spec.fingerprint.matches(worksFor) { running.abandon(.wantedOtherwise) }
        }
    }

    /// Forgets failures after a steady time, and those of runners that nobody wishes for.
    private func tidy(_ history: FailureHistory, _ desired: DesiredState) async {
        guard !history.records.isEmpty else { return }
        let (now, ready) = (machine.ports.clock.now(), machine.gate.readySince())
        for id in history.records.keys {
            let isSteady = ready[id].map { now - $0 >= settings.steadyAfter } ?? false
            if isSteady || desired.runners[id] == nil { await machine.ledger.forget(id) }
        }
    }

    // MARK: After the plan

    private func settle(_ plan: Plan, _ desired: DesiredState) {
        let undone = machine.lanes.all.contains { [.recreate, .drain, .reap].contains($0.lane.verb) }
        if plan.configurationChanges == 0, !undone { machine.settled.settle(desired.configRevision) }
    }

    /// Tells those who wait in vain. Only wishes that this pass has read are answered.
    private func answerWaiters(_ plan: Plan, _ desired: DesiredState, _ history: FailureHistory, now: Timestamp) {
        let holds = Dictionary(plan.held.map { ($0.runner, $0.reason) }, uniquingKeysWith: { first, _ in first })
        for id in machine.gate.awaited() {
            guard let error = refusal(of: id, desired.runners[id], holds[id], history.records[id], now: now) else {
                continue
            }
            machine.gate.refuse(id, error) { $0.isAnswered(byPass: number) }
        }
    }

    /// Tells those who watch for a start that cannot come, or that was called off since the last pass.
    private func answerWatchers(_ round: Round, _ plan: Plan, now: Timestamp) {
        // A calling off is told to whoever watches by now, for the next pass does not see it as one any more.
        let (before, by) = (Set(round.watched), Set(machine.board.watched))
        guard !by.isEmpty else { return }
        let limited = Dictionary(
            plan.held.compactMap { hold in hold.reason.limitRefusal.map { (hold.runner, $0) } },
            uniquingKeysWith: { first, _ in first })
        for id in by {
            guard let runner = round.desired.runners[id] else { continue }
            if case .no(let reason, _) = runner.want {
                if machine.board.wasWanted(id) { machine.board.fail(id, reason) }
            } else if !before.contains(id) {
                continue
            } else if case .blocked(let reason) = runner.resolution {
                machine.board.fail(id, reason.refusal(at: now).description)
            } else if let error = limited[id] {
                machine.board.fail(id, error.description)
            }
        }
    }

    private func refusal(
        of id: RunnerID, _ runner: DesiredRunner?, _ hold: Hold.Reason?, _ record: FailureRecord?, now: Timestamp
    ) -> GateError? {
        guard let runner else { return .withdrawn("the runner is not wanted") }
        if case .no(let reason, _) = runner.want { return .withdrawn(reason) }
        if case .blocked(let reason) = runner.resolution { return reason.refusal(at: now) }
        switch hold {
        case .backoff, .crashLoop:
            return record.map { .failed($0.last, retryAfterSeconds: $0.retryAfterSeconds(at: now)) }
        case .userLimit: return hold?.limitRefusal
        case .blocked, .draining, .safetyShare, .turn, nil:
            return nil
        }
    }

    private func untilNext(
        _ plan: Plan, _ desired: DesiredState, _ activity: [RunnerID: Activity], now: Timestamp
    ) -> Duration {
        var wait = settings.interval
        if let due = plan.nextDue { wait = min(wait, due - now) }
        // The end of a lease rings no alarm, because that is the warm path; the idle time that begins with it is not
        // over before this.
        for (id, activity) in activity where activity.leases > 0 {
            if case .whileActive(let idle) = desired.runners[id]?.want, idle > .zero { wait = min(wait, idle) }
        }
        for (id, since) in machine.gate.readySince() where machine.ledger.record(of: id) != nil {
            wait = min(wait, since + settings.steadyAfter - now)
        }
        return max(wait, .milliseconds(1))
    }

    // MARK: When nothing can be seen

    private func withoutDesiredState(_ problem: String, _ memory: inout PassMemory) -> Duration {
        reportDesired(problem, &memory)
        return blind(problem, &memory)
    }

    private func reportDesired(_ problem: String?, _ memory: inout PassMemory) {
        defer { memory.desiredProblem = problem }
        guard (problem == nil) != (memory.desiredProblem == nil) else { return }
        if let problem {
            machine.ports.logger.error("no plan", metadata: ["error": "\(problem)"])
        } else {
            machine.ports.logger.info("the desired state can be read again")
        }
    }

    /// No plan: nothing is created or removed, ready runners serve on, and nobody waits in vain for long.
    private func blind(_ problem: String, _ memory: inout PassMemory) -> Duration {
        machine.metrics.blindPasses.increment()
        let deadline = machine.ports.clock.now() - settings.engineGrace
        for id in machine.gate.awaited() {
            machine.gate.refuse(id, .engineUnavailable(problem)) { $0.since <= deadline }
        }
        machine.departures.giveUp(waitingSince: deadline, .engineUnavailable(problem))
        memory.blind += 1
        return min(.milliseconds(100 << min(memory.blind, 5)), .seconds(2), settings.interval)
    }

    // MARK: Report

    private func report(
        _ plan: Plan, _ desired: DesiredState, _ observed: ObservedState, _ history: FailureHistory,
        _ activity: [RunnerID: Activity]
    ) {
        let holds = Dictionary(plan.held.map { ($0.runner, $0.reason) }, uniquingKeysWith: { first, _ in first })
        let lanes = Dictionary(machine.lanes.all.map { ($0.lane.runner, $0.lane) }, uniquingKeysWith: { $1 })
        var containers: [RunnerID: ObservedContainer] = [:]
        for container in observed.containers {
            guard let id = container.runner else { continue }
            if let known = containers[id], known.state == .running { continue }
            containers[id] = container
        }
        let ids = Set(desired.runners.keys).union(containers.keys).union(lanes.keys).subtracting([Lane.unknownRunner])
        machine.board.publish(
            ids.map { id in
                RunnerFacts(
                    id: id, desired: desired.runners[id], container: containers[id], lane: lanes[id], hold: holds[id],
                    outdatedImage: outdatedImage(of: containers[id], desired.runners[id], observed.images),
                    failure: history.records[id]?.last, activity: activity[id])
            })
        machine.gate.forgetSpent(but: Set(containers.keys).union(lanes.keys))
        machine.metrics.passes.increment()
        machine.metrics.readyRunners.record(activity.values.count { $0.ready != nil })
        machine.metrics.recreationsLeft.record(machine.wave.progress?.left ?? 0)
        machine.metrics.leases.record(activity.values.reduce(0) { $0 + $1.leases })
    }
}

extension Hold.Reason {
    /// How those are refused who ask for one runner too many.
    fileprivate var limitRefusal: GateError? {
        guard case .userLimit(let limit, let present) = self else { return nil }
        return .runnerLimit(limit: limit, present: present)
    }
}

/// nil while no container runs, or runs what its image's name means.
private func outdatedImage(
    of container: ObservedContainer?, _ runner: DesiredRunner?, _ images: [String: KnownImage]
) -> OutdatedImage? {
    guard !images.isEmpty, let container, container.state == .running, let spec = runner?.specIfWanted else {
        return nil
    }
    return OutdatedImage(of: container, made: spec.container.image, images: images)
}

extension BlockReason {
    /// How those are refused who ask for the runner.
    fileprivate func refusal(at now: Timestamp) -> GateError {
        switch self {
        case .missingValues(let names): .missingValues(names)
        case .backendUnavailable(let name): .backendUnavailable(name)
        case .seed(let message):
            .failed(RunnerFailure(reason: .homeFailed, message: message, at: now), retryAfterSeconds: nil)
        }
    }
}

extension Want {
    /// Whether somebody wants it gone.
    var isWithdrawn: Bool {
        if case .no = self { return true }
        return false
    }
}
