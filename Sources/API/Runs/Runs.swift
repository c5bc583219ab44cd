import Logging
import Spec
import Synchronization

/// The replies that are being made: begins them, ends them, and shows what they have so far.
///
/// A run belongs to the process and not to the request that asked for it; whoever watches may come and go.
package final class Runs: Sendable {
    private struct State {
        var live: [RunID: LiveRun] = [:]
        /// Live runs, and those about to be.
        var countByUser: [UserID: Int] = [:]
        var isClosed = false
    }

    /// What a run takes from its beginning to its end.
    private struct Place {
        var user: UserID
        /// nil when nothing limits who asked for it.
        var admission: RequestLimiter.Admission?
    }

    let ports: RunPorts
    private let limits: RunLimits
    private let upstream = RunUpstream()
    private let metrics = RunMetrics()
    private let state = Mutex(State())

    init(_ ports: RunPorts, limits: RunLimits = RunLimits()) {
        self.ports = ports
        self.limits = limits
    }

    // MARK: Beginning

    /// Writes the question down, begins its answer and returns.
    ///
    /// Nothing is written unless the backend is offered, has its upstream values, there is room, and no limit on requests is
    /// reached; throws the ``APIFailure`` or ``Spec/GateError`` that says so, or a ``Spec/ChatError``.
    func begin(
        _ new: NewRun, in conversation: Conversation, of caller: Caller
    ) async throws -> BegunRun {
        let account = caller.account
        let backend = try ports.backend(of: conversation, model: new.model)
        let secrets = try await ports.checkValues(of: account, for: backend)
        let place = try reserve(caller)
        do {
            // A client that leaves now leaves a run that goes on, and not half a one.
            return try await Task {
                let begun = try await ports.keeping.beginRun(new, owner: account.id)
                let live = LiveRun(begun, account: account, requestID: new.requestID ?? "")
                start(live, in: place, backend: backend, secrets: secrets)
                return begun
            }.value
        } catch {
            giveBack(place)
            throw error
        }
    }

    private func start(_ live: LiveRun, in place: Place, backend: BackendSpec, secrets: [Secret]) {
        state.withLock { $0.live[live.id] = live }
        metrics.began()
        ports.tell(.began, live)
        let execution = RunExecution(live: live, backend: backend, secrets: secrets, ports: ports, upstream: upstream)
        live.start {
            let status = await execution.run()
            self.state.withLock { _ = $0.live.removeValue(forKey: live.id) }
            self.giveBack(place)
            self.metrics.ended(as: status)
        }
        // A shutdown that began meanwhile did not see it.
        if state.withLock({ $0.isClosed }) { live.end(.interrupted) }
    }

    private func reserve(_ caller: Caller) throws -> Place {
        let user = caller.account.id
        try state.withLock { state in
            guard !state.isClosed else { throw GateError.shuttingDown }
            let own = state.countByUser[user] ?? 0
            guard own < limits.perUser else { throw APIFailure.tooManyRuns(limit: limits.perUser) }
            guard state.countByUser.values.reduce(0, +) < limits.perProcess else { throw APIFailure.tooBusyForRuns }
            state.countByUser[user] = own + 1
        }
        var place = Place(user: user)
        do {
            place.admission = try ports.limiter.admit(caller, ports.configuration.current.stack.limits)
        } catch {
            giveBack(place)
            throw error
        }
        return place
    }

    private func giveBack(_ place: Place) {
        if let admission = place.admission { ports.limiter.end(admission) }
        state.withLock { state in
            let left = (state.countByUser[place.user] ?? 1) - 1
            state.countByUser[place.user] = left > 0 ? left : nil
        }
    }

    // MARK: Showing

    /// The run that writes into a conversation now. To be asked before the rows are read: then either the rows have
    /// its end already or this has its text.
    func live(in conversation: ConversationID) -> LiveRun? {
        state.withLock { $0.live.values.first { $0.conversation == conversation } }
    }

    func live(_ id: RunID) -> LiveRun? { state.withLock { $0.live[id] } }

    // MARK: Ending

    /// Cancels upstream, keeps the text, and returns the run once that is written down. A run that is over stays as it
    /// is. nil when it is not this user's.
    func stop(_ id: RunID, owner: UserID) async throws -> Run? {
        if let live = live(id), live.account.id == owner {
            live.end(.stopped)
            await live.finished()
        }
        return try await ports.keeping.run(id, owner: owner)
    }

    /// Ends what writes into a conversation that is about to be deleted.
    func discard(conversation: ConversationID) async {
        await discard { $0.conversation == conversation }
    }

    /// Ends what writes for a user who is about to be deleted or disabled.
    func discard(owner: UserID) async {
        await discard { $0.account.id == owner }
    }

    private func discard(_ isMeant: (LiveRun) -> Bool) async {
        let meant = state.withLock { $0.live.values.filter(isMeant) }
        for live in meant { live.end(.discarded) }
        for live in meant { await live.finished() }
    }

    // MARK: The process

    /// Marks what an earlier process left unfinished. Called once, before the first run.
    func recover() async throws {
        let count = try await ports.keeping.interruptUnfinishedRuns()
        if count > 0 { ports.logger.notice("replies were interrupted", metadata: ["count": "\(count)"]) }
    }

    /// Takes no more runs, waits for those under way at most `limit`, or until it is cancelled, and ends what is left
    /// as interrupted, its text written down.
    func drain(within limit: Duration) async {
        let left = state.withLock { state in
            state.isClosed = true
            return Array(state.live.values)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                try? await self.ports.clock.sleep(for: limit)
                for live in left { live.end(.interrupted) }
            }
            for live in left { await live.finished() }
            group.cancelAll()
        }
        await upstream.shutdown()
    }
}

/// How many replies may be written at once.
struct RunLimits {
    var perUser = 32
    var perProcess = 1024
}
