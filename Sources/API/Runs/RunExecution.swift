import Logging
import NIOCore
import NIOHTTP1
import Spec
import Synchronization

/// Makes one reply: leases the runner, asks it, reads the answer into the live run, and writes it down from time to
/// time and at its end.
struct RunExecution: Sendable {
    /// A start may have to pull an image of gigabytes first; the reconciler's own deadlines end it long before.
    private static let longestStart = Duration.seconds(30 * 60)
    /// The least time between two saves of a run: what a killed process loses.
    private static let saveInterval = Duration.milliseconds(500)
    /// A save waits this many times as long as the one before took, so that long answers do not keep the store busy.
    private static let saveShare = 20

    let live: LiveRun
    let backend: BackendSpec
    /// What must not come back in an error's text.
    let secrets: [Secret]
    let ports: RunPorts
    let upstream: RunUpstream

    /// Works until the run is over and written down. Returns how it ended.
    func run() async -> Run.Status {
        var redactor = Redactor(secrets)
        var failure: MessageFailure?
        do {
            let id = RunnerID(user: live.account.slug, backend: backend.name)
            let lease = try await ports.gate.lease(id, waitingAtMost: Self.longestStart)
            defer { lease.release() }
            redactor = Redactor(secrets + lease.endpoint.credential.secrets)
            try await runnerHasIt()
            try await converse(lease)
        } catch {
            failure = self.failure(error, redactor)
        }
        let (deltas, end) = live.close(at: ports.clock.now())
        ports.tell(deltas, of: live)
        if case .failed(let reason)? = end, failure == nil { failure = keep(reason, redactor) }
        // What came before somebody wanted its end is how it ended.
        let status: Run.Status =
            switch (end, live.ending) {
            case (.complete?, _): .complete
            case (_, .stopped?): .stopped
            case (_, .interrupted?), (_, .discarded?): .interrupted
            case (_, nil): .failed
            }
        await conclude(as: status, status == .failed ? failure : nil)
        return status
    }

    private func runnerHasIt() async throws {
        live.becomeRunning()
        ports.tell(.runs, live)
        do {
            try await ports.keeping.markRunning(live.id)
        } catch let error as CancellationError {
            throw error
        } catch {
            // Its end will be written all the same.
            log(.warning, "a run's start was not written down", error)
        }
    }

    // MARK: The conversation with the runner

    private func converse(_ lease: any RunnerLease) async throws {
        let session = RunSession(live.begun, backend: backend)
        let pictures = try await RunPictures(
            of: backend.history == .last ? session.messages.suffix(1) : session.messages, owner: live.account.id,
            from: ports.keeping)
        let request = try RunRequest(
            live.begun, session, pictures, backend: backend, endpoint: lease.endpoint, requestID: live.requestID)
        let limits = ports.configuration.current.stack.proxy
        let silence = SilenceLimit(from: ports.clock.now(), limit: limits.firstByteTimeout, .upstreamTimeout)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await exchange(request, lease, silence, limits) }
            group.addTask { try await silence.wait(on: ports.clock) }
            group.addTask { await saveFromTimeToTime() }
            defer { group.cancelAll() }
            // The first to end is the exchange, or the one that found it too silent.
            try await group.next()
        }
    }

    private func exchange(
        _ request: RunRequest, _ lease: any RunnerLease, _ silence: SilenceLimit, _ limits: StackSpec.Proxy
    ) async throws {
        try await upstream.exchange(request, connectTimeout: limits.connectTimeout) { head in
            live.answerBegins(
                AnswerHead(
                    status: Int(head.status.code), headers: head.headers, failureHeader: backend.failureHeader))
            silence.heard(at: ports.clock.now(), next: limits.idleTimeout, .silent)
        } piece: { bytes in
            lease.touch()
            let now = ports.clock.now()
            silence.heard(at: now, next: limits.idleTimeout, .silent)
            let (deltas, isOver) = live.read(bytes, at: now)
            ports.tell(deltas, of: live)
            return !isOver
        }
        ports.tell(live.readEnd(at: ports.clock.now()), of: live)
    }

    // MARK: Writing down

    /// Until cancelled. Nothing is written while nothing comes.
    private func saveFromTimeToTime() async {
        var saved = AnswerSoFar()
        var pause = Self.saveInterval
        while (try? await ports.clock.sleep(for: pause)) != nil {
            let answer = live.answer
            guard answer != saved else { continue }
            let begun = ContinuousClock.now
            do {
                try await ports.keeping.saveProgress(of: live.id, answer)
                saved = answer
            } catch {
                log(.warning, "an answer so far was not written down", error)
            }
            pause = max(Self.saveInterval, begun.duration(to: .now) * Self.saveShare)
        }
    }

    /// Ends the run in the rows and tells of it. Also when its task is cancelled, and again when the store fails: a run
    /// without an end would keep its conversation from going on.
    private func conclude(as status: Run.Status, _ failure: MessageFailure?) async {
        await Task {
            for pause in [Duration.milliseconds(200), .seconds(1), .seconds(5), nil] {
                do {
                    let message = try await ports.keeping.endRun(live.id, as: status, live.answer, failure: failure)
                    return await ports.tell(endOf: live, as: status, message: message)
                } catch ChatError.notFound {
                    // Its conversation is gone, and the run with it.
                    return
                } catch {
                    log(.error, "a run's end was not written down", error)
                    guard let pause, (try? await ports.clock.sleep(for: pause)) != nil else { return }
                }
            }
        }.value
    }

    // MARK: Failures

    private func failure(_ error: any Error, _ redactor: Redactor) -> MessageFailure? {
        switch error {
        case is CancellationError, GateError.cancelled: return nil
        case GateError.shuttingDown:
            live.end(.interrupted)
            return nil
        case let error as GateError: return MessageFailure(error, requestID: live.requestID)
        case let error as AnswerFailure: return keep(error, redactor)
        default:
            log(.error, "a run failed here", error)
            return keep(AnswerFailure(.internalError), redactor)
        }
    }

    private func keep(_ failure: AnswerFailure, _ redactor: Redactor) -> MessageFailure {
        MessageFailure(failure, requestID: live.requestID, redactor: redactor)
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ error: any Error) {
        ports.logger.log(
            level: level, message,
            metadata: ["run": "\(live.id)", "request_id": "\(live.requestID)", "error": "\(error)"])
    }
}

extension RunnerCredential {
    /// The header's value, and the key in it behind the scheme.
    fileprivate var secrets: [Secret] {
        [headerValue] + (headerValue.reveal().split(separator: " ").last.map { [Secret(String($0))] } ?? [])
    }
}

/// How long a runner may be silent, moved on by what is heard of it.
private final class SilenceLimit: Sendable {
    private let state: Mutex<(until: Timestamp, failure: AnswerFailure)>

    init(from now: Timestamp, limit: Duration, _ failure: APIFailure) {
        state = Mutex((now + limit, AnswerFailure(failure)))
    }

    func heard(at now: Timestamp, next limit: Duration, _ failure: AnswerFailure) {
        state.withLock { $0 = (now + limit, failure) }
    }

    /// Throws the failure once it was silent for too long.
    func wait(on clock: any WallClock) async throws {
        while true {
            let (until, failure) = state.withLock { $0 }
            let left = until - clock.now()
            guard left > .zero else { throw failure }
            try await clock.sleep(for: left)
        }
    }
}
