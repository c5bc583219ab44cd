import Logging
import Spec

/// What runs need of the other rooms.
struct RunPorts: Sendable {
    var keeping: any RunKeeping
    var gate: any RunnerGate
    var configuration: any ConfigurationReading
    var values: any UpstreamValueKeeping
    var events: EventHub
    var limiter: RequestLimiter
    var clock: any WallClock
    var logger: Logger

    /// The backend that answers; throws an ``APIFailure`` when it is not offered or does not serve the model.
    func backend(of conversation: Conversation, model: String?) throws -> BackendSpec {
        let current = configuration.current
        guard let backend = current.backend(named: conversation.backend), !backend.disabled else {
            throw GateError.backendUnavailable(conversation.backend)
        }
        if let model, ModelRouter(backends: current.backends).backend(for: model)?.name != backend.name {
            throw APIFailure.unknownModel(model)
        }
        return backend
    }

    /// Throws ``Spec/GateError/missingValues(_:)`` when the agent could not reach its model. Returns the values that
    /// are secrets, which must not come back in an error's text.
    func checkValues(of account: Account, for backend: BackendSpec) async throws -> [Secret] {
        guard !backend.userOverridableEnv.isEmpty else { return [] }
        let stored = try await values.upstreamValues(ofUser: account.slug)
        let effective = EffectiveValues(stored: stored, sharedEnv: configuration.current.stack.sharedEnv)
            .values(user: account.slug, backend: backend)
        let missing = effective.filter { $0.effective.value == nil }.map(\.name).sorted()
        guard missing.isEmpty else { throw GateError.missingValues(missing) }
        return effective.filter { Self.isSecret($0.name) }.compactMap(\.effective.value)
    }

    /// Addresses and model names are left readable: an error is often about them.
    private static func isSecret(_ variable: String) -> Bool {
        ["KEY", "TOKEN", "SECRET", "PASSWORD"].contains(where: variable.contains)
    }
}

// MARK: - Telling

extension RunPorts {
    enum News { case began, runs }

    /// Tells whoever watches that a run began, or that its runner has it.
    func tell(_ news: News, _ live: LiveRun) {
        events.publish(
            .run, to: live.account.id,
            RunEvent(
                run: RunReply(live.run), message: MessageReply(live.message),
                question: news == .began ? live.begun.question.map(MessageReply.init) : nil))
        if news == .began { tell(live.begun.conversation) }
    }

    /// Tells that a run is over, with its message as it is kept, and of its conversation as it is now.
    func tell(endOf live: LiveRun, as status: Run.Status, message: Message) async {
        var run = live.run
        (run.status, run.endedAt) = (status, message.endedAt)
        events.publish(
            .run, to: live.account.id, RunEvent(run: RunReply(run), message: MessageReply(message), question: nil))
        guard events.isWatched(live.account.id),
            let now = try? await keeping.conversation(live.conversation, owner: live.account.id)
        else { return }
        tell(now)
    }

    func tell(_ deltas: [AnswerDelta], of live: LiveRun) {
        guard !deltas.isEmpty else { return }
        for delta in deltas {
            events.publish(delta.kind, to: live.account.id, DeltaEvent(delta, of: live))
        }
    }

    private func tell(_ conversation: Conversation) {
        events.publish(.conversation, to: conversation.owner, ["conversation": ConversationReply(conversation)])
    }
}
