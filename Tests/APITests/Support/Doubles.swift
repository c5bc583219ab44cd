import API
import Spec
import Synchronization

/// A clock that stands still until it is moved; sleepers wake when it reaches their time.
final class TestClock: WallClock {
    private struct Sleeper {
        var wakesAt: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Timestamp(milliseconds: 1_800_000_000_000)
        var sleepers: [Int: Sleeper] = [:]
        var lastID = 0
    }

    private let state = Mutex(State())

    func now() -> Timestamp { state.withLock { $0.now } }

    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now + duration
            let now = state.now
            let due = state.sleepers.filter { $0.value.wakesAt <= now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    guard !Task.isCancelled else { return true }
                    state.sleepers[id] = Sleeper(wakesAt: state.now + duration, continuation: continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }
}

/// Accounts in a dictionary, with the store's rules for e-mail, password and slug.
final class MemoryAccounts: AccountKeeping {
    private struct State {
        var accounts: [UserID: Account] = [:]
        var passwords: [UserID: String] = [:]
        var revoked: [String: Timestamp] = [:]
        var isAway = false
    }

    private let state = Mutex(State())

    /// While away every call that reads or writes rows fails.
    func setAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

    func change(_ id: UserID, _ edit: (inout Account) -> Void) {
        state.withLock { state in
            guard var account = state.accounts[id] else { return }
            edit(&account)
            state.accounts[id] = account
        }
    }

    var revocations: [String: Timestamp] { state.withLock { $0.revoked } }

    func createAccount(_ new: NewAccount) async throws(AccountError) -> Account {
        guard new.email.contains("@"), !new.email.contains(" ") else { throw .emailInvalid }
        guard (8...1024).contains(new.password.reveal().count) else { throw .passwordLength }
        guard new.inviteCode == nil else { throw .inviteInvalid }
        let result: Result<Account, AccountError> = state.withLock { state in
            guard !state.isAway else { return .failure(.store("disk I/O error")) }
            guard !state.accounts.values.contains(where: { $0.email.lowercased() == new.email.lowercased() }) else {
                return .failure(.emailTaken)
            }
            let id = UserID(state.accounts.count + 1)
            let name = new.name.isEmpty ? String(new.email.prefix { $0 != "@" }) : new.name
            let account = Account(
                id: id, email: new.email, name: name, slug: name.lowercased(), role: new.role,
                createdAt: Timestamp(milliseconds: 0))
            state.accounts[id] = account
            state.passwords[id] = new.password.reveal()
            return .success(account)
        }
        return try result.get()
    }

    func authenticate(email: String, password: String) async throws(AccountError) -> Account? {
        let result: Result<Account?, AccountError> = state.withLock { state in
            guard !state.isAway else { return .failure(.store("disk I/O error")) }
            let account = state.accounts.values.first { $0.email.lowercased() == email.lowercased() && !$0.disabled }
            return .success(account.flatMap { state.passwords[$0.id] == password ? $0 : nil })
        }
        return try result.get()
    }

    func account(_ id: UserID) -> Account? { state.withLock { $0.accounts[id] } }

    func account(slug: String) -> Account? { state.withLock { $0.accounts.values.first { $0.slug == slug } } }

    func revokeSession(_ sessionID: String, expiresAt: Timestamp) async throws(AccountError) {
        state.withLock { $0.revoked[sessionID] = expiresAt }
    }

    func isSessionRevoked(_ sessionID: String) -> Bool { state.withLock { $0.revoked[sessionID] != nil } }
}

/// A configuration that tests replace.
final class MemoryConfiguration: ConfigurationReading {
    private let state: Mutex<(current: Configuration, rejected: ConfigInvalid?)>

    init(_ configuration: Configuration) { state = Mutex((configuration, nil)) }

    var current: Configuration { state.withLock { $0.current } }
    var rejected: ConfigInvalid? { state.withLock { $0.rejected } }

    func edit(_ change: (inout Configuration) -> Void) { state.withLock { change(&$0.current) } }
    func reject(_ problems: [ConfigProblem]) { state.withLock { $0.rejected = ConfigInvalid(problems: problems) } }
}

/// Desired state, status, gate and starter of runners that exist only here: a start succeeds at once unless told otherwise.
final class MemoryRunners: DesiredStateEditing, StatusReading, RunnerStarting, RunnerGate, RunnerLogReading,
    RunnerHistoryReading, ImageKeeping
{
    private struct State {
        var idleSeconds: [RunnerID: Int] = [:]
        var statuses: [RunnerID: RunnerStatus] = [:]
        var failure: GateError?
        var hold: Hold?
        var engineProblem: String?
        var progress: [RunnerID: AsyncStream<StartProgress>] = [:]
        var logs: [RunnerID: RunnerLog] = [:]
        var logFailure: EngineError?
        var logHold: Hold?
        var events: [RunnerID: [RunnerEvent]] = [:]
        var closed: Set<RunnerID> = []
    }

    private let state = Mutex(State())
    private let clock: any WallClock

    init(clock: any WallClock) { self.clock = clock }

    func set(_ status: RunnerStatus) { state.withLock { $0.statuses[status.id] = status } }
    func failStarts(with error: GateError?) { state.withLock { $0.failure = error } }

    /// From now on a start waits until the test releases it.
    func holdStarts() -> Hold {
        let hold = Hold()
        state.withLock { $0.hold = hold }
        return hold
    }

    func setEngineProblem(_ problem: String?) { state.withLock { $0.engineProblem = problem } }
    func setLog(of id: RunnerID, _ log: RunnerLog?) { state.withLock { $0.logs[id] = log } }
    func failLogs(with error: EngineError?) { state.withLock { $0.logFailure = error } }
    /// Whoever follows a log stays until it is released.
    func holdLogs(with hold: Hold?) { state.withLock { $0.logHold = hold } }
    /// Newest first.
    func setEvents(of id: RunnerID, _ events: [RunnerEvent]) { state.withLock { $0.events[id] = events } }
    func setProgress(of id: RunnerID, _ stream: AsyncStream<StartProgress>) {
        state.withLock { $0.progress[id] = stream }
    }

    func wish(_ id: RunnerID, retry: Bool) async throws {}
    func withdraw(_ id: RunnerID, reason: String) async throws -> Bool { false }
    func recycle(_ id: RunnerID) async throws -> Bool { status(of: id) != nil }
    func setIdleSeconds(_ seconds: Int, for id: RunnerID) async throws {
        state.withLock { $0.idleSeconds[id] = seconds }
    }

    func idleSeconds(ofUser slug: String) async throws -> [String: Int] {
        state.withLock { state in
            Dictionary(
                uniqueKeysWithValues: state.idleSeconds.filter { $0.key.user == slug }.map {
                    ($0.key.backend, $0.value)
                })
        }
    }

    func status(of id: RunnerID) -> RunnerStatus? { state.withLock { $0.statuses[id] } }

    func statuses(ofUser slug: String?) -> [RunnerStatus] {
        state.withLock { state in
            state.statuses.values.filter { slug == nil || $0.id.user == slug }.sorted { $0.id < $1.id }
        }
    }

    func progress(of id: RunnerID) -> AsyncStream<StartProgress> {
        state.withLock { $0.progress[id] } ?? AsyncStream { $0.finish() }
    }

    private let changed = AsyncStream.makeStream(of: Set<RunnerID>.self)
    func changes() -> AsyncStream<Set<RunnerID>> { changed.stream }
    /// Tells whoever watches that these changed.
    func announce(_ ids: Set<RunnerID>) { changed.continuation.yield(ids) }

    var engineProblem: String? { state.withLock { $0.engineProblem } }
    var lastPass: Timestamp? { nil }

    func start(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> RunnerStatus {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        await state.withLock({ $0.hold })?.wait()
        let status = RunnerStatus(id: id, phase: .ready, startedAt: clock.now(), lastActive: clock.now())
        set(status)
        return status
    }

    func stop(_ id: RunnerID, because reason: String) async throws -> Bool {
        state.withLock { $0.statuses.removeValue(forKey: id) } != nil
    }

    func closeUntilNextPass(_ runners: Set<RunnerID>) { state.withLock { $0.closed.formUnion(runners) } }
    /// Whom requests have to wait for.
    var closed: Set<RunnerID> { state.withLock { $0.closed } }

    func followLog(
        of id: RunnerID, lines: Int, _ take: @Sendable (FollowedLog) -> Void
    ) async throws(EngineError) {
        let (log, hold, failure) = state.withLock { ($0.logs[id], $0.logHold, $0.logFailure) }
        if let log {
            take(.container(log.containerName))
            for line in log.lines.suffix(lines) { take(.line(line)) }
        }
        await hold?.wait()
        if let failure { throw failure }
    }

    func log(of id: RunnerID, lines: Int) async throws(EngineError) -> RunnerLog? {
        let (failure, log) = state.withLock { ($0.logFailure, $0.logs[id]) }
        if let failure { throw failure }
        return log.map { RunnerLog(containerName: $0.containerName, lines: Array($0.lines.suffix(lines))) }
    }

    func events(of id: RunnerID, limit: Int) async throws -> [RunnerEvent] {
        state.withLock { Array(($0.events[id] ?? []).prefix(limit)) }
    }

    func leaseIfReady(_ id: RunnerID) -> (any RunnerLease)? { nil }

    func lease(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> any RunnerLease {
        throw .engineUnavailable("there is no engine in this test")
    }
}

/// There are no upstream values.
struct NoValues: UpstreamValueKeeping {
    func upstreamValues(ofUser slug: String) async throws -> StoredValues { StoredValues() }
    func setOverride(
        user slug: String, backend: String, variable: String, value: Secret?
    ) async throws -> ValuesChange? { nil }
    func setShared(variable: String, _ shared: Bool) async throws -> ValuesChange? { nil }
}

/// No conversation exists, so that no run does.
struct NoRuns: RunKeeping {
    func beginRun(_ new: NewRun, owner: UserID) async throws -> BegunRun { throw ChatError.notFound }
    func markRunning(_ run: RunID) async throws {}
    func saveProgress(of run: RunID, _ answer: AnswerSoFar) async throws {}
    func endRun(
        _ run: RunID, as status: Run.Status, _ answer: AnswerSoFar, failure: MessageFailure?
    ) async throws -> Message { throw ChatError.notFound }
    func interruptUnfinishedRuns() async throws -> Int { 0 }
    func run(_ id: RunID, owner: UserID) async throws -> Run? { nil }
    func picture(_ number: Int, of message: MessageID, owner: UserID) async throws -> Picture {
        throw ChatError.notFound
    }

    func pictureTag(_ number: Int, of message: MessageID, owner: UserID) async throws -> String {
        throw ChatError.notFound
    }
    func runWithAnswer(_ id: RunID, owner: UserID) async throws -> (run: Run, answer: Message)? { nil }
    func conversation(_ id: ConversationID, owner: UserID) async throws -> Conversation { throw ChatError.notFound }
}

extension MemoryRunners {
    func pullImage(
        _ reference: String, progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws(EngineError) {}
    func beginPull(of reference: String) {}
    func imageReport(of reference: String) async -> ImageReport { ImageReport(presence: .missing) }
}
