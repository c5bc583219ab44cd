import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Spec
import Store
import Synchronization
import Testing

@testable import API

/// Runs with the real store on a temporary file and a scripted runner on loopback.
final class RunWorld: Sendable {
    let store: CountingRuns
    let gate: RunGate
    let upstream: UpstreamServer
    let events: EventHub
    let runs: Runs
    let account: Account
    let configuration: MemoryConfiguration

    private init(
        store: CountingRuns, gate: RunGate, upstream: UpstreamServer, configuration: MemoryConfiguration,
        account: Account, limits: RunLimits
    ) {
        self.store = store
        self.gate = gate
        self.upstream = upstream
        self.configuration = configuration
        self.account = account
        events = EventHub(clock: RealClock())
        runs = Runs(
            RunPorts(
                keeping: store, gate: gate, configuration: configuration, values: store.store, events: events,
                limiter: RequestLimiter(clock: RealClock()), clock: RealClock(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            limits: limits)
    }

    static func run(
        backend: BackendSpec = BackendSpec(name: "demo", image: "demo:1", internalPort: 80),
        limits: RunLimits = RunLimits(), proxy: StackSpec.Proxy = StackSpec.Proxy(),
        requestLimits: StackSpec.RequestLimits = StackSpec.RequestLimits(),
        _ script: @escaping UpstreamServer.Script, _ body: @Sendable (RunWorld) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "run-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "router.db").path
        let sealer = try Sealer.load(keyFile: folder.appending(path: "keys").path, database: path)
        let store = try Store.open(
            at: path, sealer: sealer, passwordCost: .least, now: { RealClock().now() }, onChange: {})
        let account = try await store.createAccount(
            NewAccount(email: "alice@example.com", password: Secret("correct horse"), name: "alice"))
        var stack = StackSpec()
        stack.proxy = proxy
        stack.limits = requestLimits
        let configuration = MemoryConfiguration(Configuration(stack: stack, backends: [backend]))
        try await UpstreamServer.run(script) { upstream in
            let endpoint = ProxyFixture.endpoint(port: upstream.port, forwardModel: "gpt-x")
            let world = RunWorld(
                store: CountingRuns(store), gate: RunGate(.success(endpoint)), upstream: upstream,
                configuration: configuration, account: account, limits: limits)
            do { try await body(world) } catch {
                await world.runs.drain(within: .zero)
                throw error
            }
            await world.runs.drain(within: .zero)
        }
    }

    /// The account with a session.
    var caller: Caller {
        let claims = SessionClaims(
            user: account.id, epoch: account.sessionEpoch, sessionID: "session", issuedAt: .epoch,
            expiresAt: RealClock().now() + .seconds(60))
        return Caller(account: account, proof: .session(claims, token: "a.b.c"))
    }

    func conversation() async throws -> Conversation {
        try await store.store.createConversation(NewConversation(backend: "demo", model: "demo"), owner: account.id)
    }

    /// Begins a run in a new conversation, or in `conversation`.
    @discardableResult
    func begin(
        _ input: NewRun.Input = .say("hi", parent: nil), in conversation: Conversation? = nil, of caller: Caller? = nil
    ) async throws -> BegunRun {
        var place = conversation
        if place == nil { place = try await self.conversation() }
        let known = try #require(place)
        return try await runs.begin(
            NewRun(conversation: known.id, input: input, requestID: "req_test"), in: known, of: caller ?? self.caller)
    }

    /// The message as it is kept once the run is over.
    func ended(_ begun: BegunRun) async throws -> (run: Run, answer: Message) {
        await runs.live(begun.run.id)?.finished()
        return try #require(try await store.runWithAnswer(begun.run.id, owner: account.id))
    }

    /// Returns once the run's answer has `text` in memory.
    func reached(_ begun: BegunRun, _ text: String) async throws {
        try await until { self.runs.live(begun.run.id)?.answer.content == text }
    }
}

/// Returns when the condition holds; fails the test after ten seconds.
func until(_ holds: @Sendable () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !holds() {
        try #require(ContinuousClock.now < deadline, "in time")
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A gate with one answer, which a test may hold back.
final class RunGate: RunnerGate {
    private let state: Mutex<(answer: Result<RunnerEndpoint, GateError>, hold: Hold?)>
    let leases = Mutex<[LeaseDouble]>([])

    init(_ answer: Result<RunnerEndpoint, GateError>) { state = Mutex((answer, nil)) }

    func answer(_ answer: Result<RunnerEndpoint, GateError>) { state.withLock { $0.answer = answer } }

    /// From now on a lease waits until the test releases it.
    func holdLeases() -> Hold {
        let hold = Hold()
        state.withLock { $0.hold = hold }
        return hold
    }

    func leaseIfReady(_ id: RunnerID) -> (any RunnerLease)? { nil }

    func lease(_ id: RunnerID, waitingAtMost limit: Duration) async throws(GateError) -> any RunnerLease {
        await state.withLock { $0.hold }?.wait()
        if Task.isCancelled { throw .cancelled }
        let lease = LeaseDouble(endpoint: try state.withLock { $0.answer }.get())
        leases.withLock { $0.append(lease) }
        return lease
    }
}

/// The store, with its writing calls counted.
final class CountingRuns: RunKeeping {
    let store: Store
    private let counts = Mutex((begun: 0, running: 0, saved: 0, ended: 0))

    init(_ store: Store) { self.store = store }

    var count: (begun: Int, running: Int, saved: Int, ended: Int) { counts.withLock { $0 } }

    func beginRun(_ new: NewRun, owner: UserID) async throws -> BegunRun {
        counts.withLock { $0.begun += 1 }
        return try await store.beginRun(new, owner: owner)
    }

    func markRunning(_ run: RunID) async throws {
        counts.withLock { $0.running += 1 }
        try await store.markRunning(run)
    }

    func saveProgress(of run: RunID, _ answer: AnswerSoFar) async throws {
        counts.withLock { $0.saved += 1 }
        try await store.saveProgress(of: run, answer)
    }

    func endRun(
        _ run: RunID, as status: Run.Status, _ answer: AnswerSoFar, failure: MessageFailure?
    ) async throws -> Message {
        counts.withLock { $0.ended += 1 }
        return try await store.endRun(run, as: status, answer, failure: failure)
    }

    func picture(_ number: Int, of message: MessageID, owner: UserID) async throws -> Picture {
        try await store.picture(number, of: message, owner: owner)
    }
    func pictureTag(_ number: Int, of message: MessageID, owner: UserID) async throws -> String {
        try await store.pictureTag(number, of: message, owner: owner)
    }
    func interruptUnfinishedRuns() async throws -> Int { try await store.interruptUnfinishedRuns() }
    func run(_ id: RunID, owner: UserID) async throws -> Run? { try await store.run(id, owner: owner) }
    func runWithAnswer(_ id: RunID, owner: UserID) async throws -> (run: Run, answer: Message)? {
        try await store.runWithAnswer(id, owner: owner)
    }
    func conversation(_ id: ConversationID, owner: UserID) async throws -> Conversation {
        try await store.conversation(id, owner: owner)
    }
}

/// The system's time.
struct RealClock: WallClock {
    func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

extension UpstreamReply {
    /// One chunk of text.
    func say(_ text: String) async throws {
        try await chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"}}]}\n\n")
    }

    /// The end of a whole answer.
    func done() async throws {
        try await chunk("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
        try await end()
    }
}
