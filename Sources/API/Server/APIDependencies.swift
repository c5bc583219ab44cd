package import Logging
package import Spec

/// What the HTTP API needs of the other rooms.
package struct APIDependencies: Sendable {
    package var configuration: any ConfigurationReading
    package var accounts: any AccountKeeping
    package var tokens: any TokenKeeping
    package var administration: any AccountAdministration
    package var removal: any AccountRemoving
    package var editing: any DesiredStateEditing
    package var values: any UpstreamValueKeeping
    package var history: any RunnerHistoryReading
    package var logs: any RunnerLogReading
    package var conversations: any ConversationKeeping
    package var runKeeping: any RunKeeping
    package var gate: any RunnerGate
    package var status: any StatusReading
    package var starting: any RunnerStarting
    package var images: any ImageKeeping
    package var plan: any PlanReading
    package var actions: ControlActions
    package var clock: any WallClock
    package var logger: Logger
    /// operatord's, `0.1.0`.
    package var version: String
    /// Folder of the page's files, absolute; nil serves no page.
    package var pageRoot: String?
    /// The metrics in Prometheus' text format.
    package var metricsText: @Sendable () -> String
    /// Whether the store answers right now.
    package var storeHealthy: @Sendable () async -> Bool
    /// Image to `ok`, `present` or `failed: …`; nil when images are not pulled ahead.
    package var prepullStatus: @Sendable () -> [String: String]?
    /// Made here of the others, and shared by all copies.
    package let events: EventHub
    package let runs: Runs
    let limiter: RequestLimiter

    package init(
        configuration: any ConfigurationReading, accounts: any AccountKeeping, tokens: any TokenKeeping,
        administration: any AccountAdministration, removal: any AccountRemoving, editing: any DesiredStateEditing,
        values: any UpstreamValueKeeping, history: any RunnerHistoryReading,
        logs: any RunnerLogReading, conversations: any ConversationKeeping, runKeeping: any RunKeeping,
        gate: any RunnerGate, status: any StatusReading, starting: any RunnerStarting,
        images: any ImageKeeping, plan: any PlanReading, actions: ControlActions, clock: any WallClock,
        logger: Logger, version: String, pageRoot: String? = nil,
        metricsText: @escaping @Sendable () -> String = { "" },
        storeHealthy: @escaping @Sendable () async -> Bool,
        prepullStatus: @escaping @Sendable () -> [String: String]? = { nil }
    ) {
        self.configuration = configuration
        self.accounts = accounts
        self.tokens = tokens
        self.administration = administration
        self.removal = removal
        self.editing = editing
        self.values = values
        self.history = history
        self.logs = logs
        self.conversations = conversations
        self.runKeeping = runKeeping
        self.gate = gate
        self.status = status
        self.starting = starting
        self.images = images
        self.plan = plan
        self.actions = actions
        self.clock = clock
        self.logger = logger
        self.version = version
        self.pageRoot = pageRoot
        self.metricsText = metricsText
        self.storeHealthy = storeHealthy
        self.prepullStatus = prepullStatus
        events = EventHub(clock: clock)
        limiter = RequestLimiter(clock: clock)
        runs = Runs(
            RunPorts(
                keeping: runKeeping, gate: gate, configuration: configuration, values: values, events: events,
                limiter: limiter, clock: clock, logger: logger))
    }
}
