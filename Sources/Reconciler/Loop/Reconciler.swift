package import Logging
package import Spec
import Synchronization

/// Makes what exists what it should be: the loop of passes, and with it the gate and the status board.
///
/// Level-based: every pass reads the whole desired state and lists all containers, so it does not matter what was
/// missed, and a restart at any point goes on where the last process ended.
package final class Reconciler: Sendable {
    let machine: Machine
    private let settings: Mutex<ReconcilerSettings>
    private let passes = Atomic<Int>(0)
    private let executor: (any TaskExecutor)?

    /// `chance` shortens backoffs a little; `executor` runs the one act that has to outlive a cancellation, the last
    /// writing down of activity.
    package init(
        engine: any ContainerEngine, desired: any DesiredStateReading, editing: any DesiredStateEditing,
        journal: any ReconcileJournal, homes: any HomePreparing, probe: any ReadinessProbing, clock: any WallClock,
        settings: ReconcilerSettings, logger: Logger,
        chance: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        executor: (any TaskExecutor)? = nil
    ) {
        let ports = Ports(
            engine: engine, desired: desired, editing: editing, journal: journal, homes: homes, probe: probe,
            clock: clock, logger: logger)
        machine = Machine(ports: ports, settings: settings, chance: chance)
        self.settings = Mutex(settings)
        self.executor = executor
    }

    /// Works until the task is cancelled, then refuses waiters and writes down activity. Runners are left running.
    /// Called once.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.machine.workshop.run() }
            group.addTask { await self.watch.run() }
            group.addTask { await self.flushFromTimeToTime() }
            await loop()
            machine.gate.shutDown()
        }
        await Task(executorPreference: executor) { await self.flushActivity() }.value
    }

    /// Asks for a pass as soon as possible. Many calls may be answered by one pass.
    package func nudge() { machine.alarm.ring() }

    /// Holds from the next pass on, which comes at once.
    package func reload(_ settings: ReconcilerSettings) {
        self.settings.withLock { $0 = settings }
        machine.resize(to: settings.maxLanes)
        nudge()
    }

    /// Lets the changes of this configuration revision be carried out although they are above the safety share.
    package func approve(revision: Int) {
        settings.withLock { $0.policy.approvedRevision = revision }
        nudge()
    }

    var current: ReconcilerSettings { settings.withLock { $0 } }

    private var watch: EventWatch {
        EventWatch(
            ports: machine.ports, gate: machine.gate, lanes: machine.lanes, deaths: machine.deaths,
            alarm: machine.alarm)
    }

    /// One pass at start; the interval counts from the end of a pass.
    private func loop() async {
        var memory = PassMemory()
        while !Task.isCancelled {
            let number = passes.add(1, ordering: .acquiringAndReleasing).newValue
            let begun = ContinuousClock.now
            let wait = await Pass(number: number, settings: current, machine: machine).run(&memory)
            machine.metrics.passEnded(after: begun.duration(to: .now))
            await machine.alarm.wait(atMost: wait, on: machine.ports.clock)
        }
    }

    // MARK: Activity

    private func flushFromTimeToTime() async {
        while !Task.isCancelled {
            try? await machine.ports.clock.sleep(for: current.activityFlush)
            if !Task.isCancelled { await flushActivity() }
        }
    }

    private func flushActivity() async {
        let activity = machine.gate.unflushedActivity()
        guard !activity.isEmpty else { return }
        do {
            try await machine.ports.journal.recordActivity(activity)
            machine.gate.markFlushed(activity)
        } catch {
            machine.ports.logger.warning("activity not written down", metadata: ["error": "\(error)"])
        }
    }
}

// MARK: - Gate

extension Reconciler: RunnerGate {
    package func leaseIfReady(_ id: RunnerID) -> (any RunnerLease)? { machine.gate.leaseIfReady(id) }

    package func lease(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> any RunnerLease {
        if let lease = machine.gate.leaseIfReady(id) { return lease }
        return try await awaitLease(id, waitingAtMost: limit, retries: false)
    }

    private func awaitLease(
        _ id: RunnerID, waitingAtMost limit: Duration, retries: Bool
    ) async throws(GateError) -> any RunnerLease {
        let waiter = try machine.gate.join(id, retries: retries, limit: current.maxWaiters)
        defer { machine.gate.leave(waiter) }
        let outcome = await withTaskGroup(of: Void.self, returning: Waiter.Outcome.self) { group in
            group.addTask { await self.wish(for: waiter) }
            group.addTask {
                try? await self.machine.ports.clock.sleep(for: limit)
                waiter.outcome.resolve(.failure(.stillStarting(self.machine.board.progress(of: id))))
            }
            let outcome = await waiter.outcome.value(ifCancelled: .failure(.cancelled))
            group.cancelAll()
            return outcome
        }
        return try outcome.get()
    }

    private func wish(for waiter: Waiter) async {
        do {
            try await machine.ports.journal.wish(waiter.runner, at: machine.ports.clock.now(), retry: waiter.retries)
            waiter.wished(afterPass: passes.load(ordering: .acquiring))
            nudge()
        } catch {
            waiter.outcome.resolve(.failure(.engineUnavailable("the wish cannot be written down: \(error)")))
        }
    }
}

// MARK: - Starting and stopping by a person

extension Reconciler: RunnerStarting {
    package func start(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> RunnerStatus {
        let lease = try await awaitLease(id, waitingAtMost: limit, retries: machine.gate.leaseIfReady(id) == nil)
        defer { lease.release() }
        return machine.board.status(of: id)
            ?? RunnerStatus(id: id, phase: .ready, containerID: lease.endpoint.container)
    }

    package func stop(_ id: RunnerID, because reason: String) async throws -> Bool {
        let existed = machine.board.status(of: id)?.containerID != nil || machine.lanes.contains(id)
        let withdrew = try await machine.ports.editing.withdraw(id, reason: reason)
        guard withdrew || existed else { return false }
        // Who comes from now on waits for the next container.
        _ = machine.gate.close(id, evenIfHeld: true)
        nudge()
        try await machine.departures.wait(
            for: id, afterPass: passes.load(ordering: .acquiring), since: machine.ports.clock.now())
        return true
    }

    package func closeUntilNextPass(_ runners: Set<RunnerID>) {
        for id in runners { _ = machine.gate.close(id, evenIfHeld: true) }
        if !runners.isEmpty { nudge() }
    }
}

// MARK: - Logs

extension Reconciler: RunnerLogReading {
    package func log(of id: RunnerID, lines: Int) async throws(EngineError) -> RunnerLog? {
        guard let container = machine.board.status(of: id)?.containerID else { return nil }
        return try await machine.ports.engine.redactedLog(of: container, lines: lines)
    }

    package func followLog(
        of id: RunnerID, lines: Int, _ take: @Sendable (FollowedLog) -> Void
    ) async throws(EngineError) {
        let following = LogFollowing(engine: machine.ports.engine, board: machine.board, runner: id)
        try await following.follow(lines: lines, take)
    }
}

// MARK: - Status

extension Reconciler: StatusReading {
    package func status(of id: RunnerID) -> RunnerStatus? { machine.board.status(of: id) }
    package func statuses(ofUser slug: String?) -> [RunnerStatus] { machine.board.statuses(ofUser: slug) }
    package func changes() -> AsyncStream<Set<RunnerID>> { machine.board.changes.watch() }
    package func progress(of id: RunnerID) -> AsyncStream<StartProgress> {
        let steps = machine.board.watchProgress(of: id)
        // A pass tells who watches a runner that cannot be built as things are.
        if machine.gate.activity(of: id)?.ready == nil { nudge() }
        return steps
    }
    package var engineProblem: String? { machine.board.engineProblem }
    package var lastPass: Timestamp? { machine.board.lastPass }
    package var wave: WaveProgress? { machine.wave.progress }
    package var approvedRevision: Int? { current.policy.approvedRevision }
}
