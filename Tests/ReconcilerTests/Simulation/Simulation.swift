import Logging
import Reconciler
import SimulatedEngine
import Spec
import Synchronization

/// A controller in a simulated world. World, desired state and journal outlive it, so that it can be killed at any
/// point and started again. Nothing happens but inside ``settle()`` and what is built on it.
final class Simulation {
    let clock: VirtualClock
    let engine: SimulatedEngine
    let desired: MemoryDesiredState
    let journal: MemoryJournal
    let homes = NoHomes()
    let settings: ReconcilerSettings
    private(set) var executor = ManualExecutor()
    private(set) var reconciler: Reconciler
    private var running: Task<Void, Never>?
    private var boots: UInt64 = 0
    private let seed: UInt64

    static let image = "agent:1"

    init(seed: UInt64 = 1, settings: ReconcilerSettings = ReconcilerSettings()) {
        self.seed = seed
        self.settings = settings
        let clock = VirtualClock()
        self.clock = clock
        engine = SimulatedEngine(clock: clock, seed: seed)
        desired = MemoryDesiredState()
        journal = MemoryJournal(desired: desired) { Self.runner($0, at: $1) }
        engine.addImage(Self.image)
        reconciler = Self.reconciler(engine, desired, journal, homes, settings, executor, seed)
        boot()
    }

    private static func reconciler(
        _ engine: SimulatedEngine, _ desired: MemoryDesiredState, _ journal: MemoryJournal, _ homes: NoHomes,
        _ settings: ReconcilerSettings, _ executor: ManualExecutor, _ seed: UInt64
    ) -> Reconciler {
        Reconciler(
            engine: engine, desired: desired, editing: MemoryEditing(desired: desired, journal: journal),
            journal: journal, homes: homes, probe: SimulatedProbe(engine: engine), clock: engine.clock,
            settings: settings, logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
            chance: SplitMix64(seed: seed), executor: executor)
    }

    // MARK: The controller's life

    private func boot() {
        let reconciler = reconciler
        running = Task(executorPreference: executor) { try? await reconciler.run() }
    }

    /// `kill -9`, then a new process.
    func restart() {
        executor.die()
        boots += 1
        executor = ManualExecutor()
        reconciler = Self.reconciler(engine, desired, journal, homes, settings, executor, seed &+ boots)
        boot()
    }

    func cancel() { running?.cancel() }

    // MARK: Time

    /// Runs what can run without time passing.
    func settle() {
        while executor.runOne() {}
    }

    /// Lets `duration` pass, every sleeper waking at its own time.
    func run(for duration: Duration) {
        let marker = Mutex(false)
        clock.schedule(after: duration) { marker.withLock { $0 = true } }
        settle()
        while !marker.withLock({ $0 }), clock.advanceToNextSleeper() { settle() }
        settle()
    }

    /// Runs, letting time pass as needed, until `condition` holds. False when it does not within `limit`.
    func run(atMost limit: Duration = .seconds(600), until condition: () -> Bool) -> Bool {
        let marker = Mutex(false)
        clock.schedule(after: limit) { marker.withLock { $0 = true } }
        while true {
            settle()
            if condition() { return true }
            guard !marker.withLock({ $0 }), clock.advanceToNextSleeper() else { return false }
        }
    }

    /// Runs without time passing until `condition` holds, checked between any two jobs. False when nothing is left to
    /// run before.
    func runJobs(until condition: () -> Bool) -> Bool {
        while !condition() {
            guard executor.runOne() else { return false }
        }
        return true
    }

    /// Starts a task on the controller's executor.
    func task<Value: Sendable>(_ body: @escaping @Sendable (Reconciler) async -> Value) -> Started<Value> {
        let started = Started<Value>()
        let reconciler = reconciler
        started.task = Task(executorPreference: executor) {
            let value = await body(reconciler)
            started.result.withLock { $0 = value }
        }
        return started
    }

    func lease(_ id: RunnerID, atMost limit: Duration = .seconds(120)) -> Started<Result<any RunnerLease, GateError>> {
        task { reconciler in
            do throws(GateError) {
                return .success(try await reconciler.lease(id, waitingAtMost: limit))
            } catch {
                return .failure(error)
            }
        }
    }

    func start(_ id: RunnerID, atMost limit: Duration = .seconds(120)) -> Started<Result<RunnerStatus, GateError>> {
        task { reconciler in
            do throws(GateError) {
                return .success(try await reconciler.start(id, waitingAtMost: limit))
            } catch {
                return .failure(error)
            }
        }
    }

    func stop(_ id: RunnerID) -> Started<Result<Bool, any Error>> {
        task { reconciler in
            do { return .success(try await reconciler.stop(id)) } catch { return .failure(error) }
        }
    }
}

/// A task whose end a test looks for without waiting.
final class Started<Value: Sendable>: Sendable {
    let result = Mutex<Value?>(nil)
    nonisolated(unsafe) var task: Task<Void, Never>?  // set once, before the test goes on

    var value: Value? { result.withLock { $0 } }
    func cancel() { task?.cancel() }
}

/// Wishes and withdrawals over the same values that the controller reads.
struct MemoryEditing: DesiredStateEditing {
    let desired: MemoryDesiredState
    let journal: MemoryJournal

    func wish(_ id: RunnerID, retry: Bool) async throws {
        try await journal.wish(id, at: .epoch, retry: retry)
    }

    func withdraw(_ id: RunnerID, reason: String) async throws -> Bool {
        let wanted = try await desired.desiredState().runners[id].map { runner in
            if case .no = runner.want { return false }
            return true
        }
        guard wanted == true else { return false }
        desired.edit { $0.runners[id]?.want = .no(reason: reason, drain: false) }
        return true
    }

    /// What a simulated runner is made of does not depend on how often it was asked for.
    func recycle(_ id: RunnerID) async throws -> Bool { false }

    func setIdleSeconds(_ seconds: Int, for id: RunnerID) async throws {
        desired.edit { $0.runners[id]?.want = seconds == 0 ? .always : .whileActive(idle: .seconds(seconds)) }
    }

    func idleSeconds(ofUser slug: String) async throws -> [String: Int] { [:] }
}
