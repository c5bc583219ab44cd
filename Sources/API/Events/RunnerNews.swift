import Spec

/// Tells users of what changes about their runners.
struct RunnerNews: Sendable {
    /// The least time between two rounds: what changes more often is told once.
    private static let pause = Duration.milliseconds(50)

    private let status: any StatusReading
    private let configuration: any ConfigurationReading
    private let editing: any DesiredStateEditing
    private let accounts: any AccountKeeping
    private let events: EventHub
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        status = dependencies.status
        configuration = dependencies.configuration
        editing = dependencies.editing
        accounts = dependencies.accounts
        events = dependencies.events
        clock = dependencies.clock
    }

    /// Until it is cancelled.
    func run() async {
        for await changed in status.changes() {
            for (user, ids) in Dictionary(grouping: changed, by: \.user) { await tell(user, of: ids) }
            try? await clock.sleep(for: Self.pause)
        }
    }

    private func tell(_ user: String, of ids: [RunnerID]) async {
        guard let account = accounts.account(slug: user), events.isWatched(account.id),
            let idleSeconds = try? await editing.idleSeconds(ofUser: user)
        else { return }
        let current = configuration.current
        for id in ids.sorted() {
            let backend = current.backend(named: id.backend)
            let reply = RunnerReply(
                status.status(of: id) ?? RunnerStatus(id: id, phase: .stopped), now: clock.now(),
                containerPrefix: backend?.containerPrefix,
                idleSeconds: idleSeconds[id.backend] ?? current.defaultIdleSeconds(of: backend))
            events.publish(.runner, to: account.id, ["runner": reply])
        }
    }
}
