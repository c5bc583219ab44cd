import API
import DockerEngine
import Foundation
import Logging
import NIOPosix
import Reconciler
import ServiceLifecycle
import Spec
import Store
import UnixSignals

/// One running operator: opens the data root, builds the rooms and runs them until a signal.
struct Instance {
    /// From SIGTERM until open streams are cut.
    static let drainDeadline: Duration = .seconds(8)
    /// From SIGTERM until whatever still runs is cancelled.
    static let shutdownDeadline: Duration = .seconds(9)

    private let services: ServiceGroup
    /// Held for its lifetime: the exclusive lock on the data root.
    private let lock: DataRootLock
    private let shutdown: @Sendable () async -> Void

    init(
        _ start: StartConfiguration, files: ConfigurationFiles, metrics: PrometheusRegistry, logger: Logger
    ) async throws {
        let clock = SystemClock()
        let configuration = start.configuration
        let stack = configuration.stack
        let root = DataRoot(paths: stack.paths)
        try root.create()
        lock = try DataRootLock(dataRoot: stack.paths.dataRoot)
        if let restore = try root.completeRestore() {
            logger.notice(
                "completed a restore that was cut off",
                metadata: ["installation": "\(restore.installation)", "moved aside": "\(restore.movedAside)"])
        }

        let nudge = Nudge()
        let sealer = try Sealer.load(keyFile: root.keyFile, database: root.database)
        let inForce = ConfigurationInForce(
            configuration, rejected: start.rejected, applied: start.applied, newest: start.seen.checkout?.commit)
        let store = try Store.open(
            at: root.database, sealer: sealer, now: clock.now,
            mostPictureBytes: { inForce.current.stack.limits.userPictureBytes }, onChange: nudge.call)
        if let admin = stack.auth.bootstrapAdmin { try await store.bootstrapAdmin(admin) }

        let probe = HTTPReadinessProbe()
        let engine = DockerEngine(
            configuration: .init(stack, installation: store.installationID), logger: logger
        )
        let source = DesiredStateSource(
            store: store, configuration: inForce, clock: clock, processEnvironment: files.environment,
            fingerprintKey: sealer.fingerprintKey
        )
        let homes = HomeWriter(usersRoot: root.usersRoot)
        let reconciler = Reconciler(
            engine: engine, desired: source, editing: store, journal: store,
            homes: homes, probe: probe, clock: clock,
            settings: ReconcilerSettings(stack), logger: logger
        )
        nudge.target = { reconciler.nudge() }
        let filesWereRead = Nudge()
        let refresh = ConfigurationRefresh(
            start, files: files, inForce: inForce, logger: logger, onRead: filesWereRead.call
        ) {
            reconciler.reload(ReconcilerSettings($0))
        }
        let follower = SourceFollower(
            files, dataRoot: stack.paths.dataRoot, inForce: inForce, refresh: refresh, clock: clock, logger: logger)
        filesWereRead.target = { follower.filesWereRead() }
        let removal = AccountRemoval(
            store: store,
            deletion: AccountDeletion(
                store: store, homes: homes,
                clearRunners: RunnerClearing.through(reconciler, reconciler, store: store, clock: clock)),
            clock: clock, logger: logger)
        let prepull = ImagePrepull(configuration, keeping: reconciler, logger: logger)
        let dependencies = APIDependencies(
            configuration: inForce, accounts: store, tokens: store, administration: store, removal: removal,
            editing: store, values: store, history: store, logs: reconciler, conversations: store, runKeeping: store,
            gate: reconciler, status: reconciler, starting: reconciler, images: reconciler, plan: reconciler,
            actions: ControlActions(
                editing: store, follow: { await follower.lookAfresh() },
                refresh: {
                    refresh.run()
                    reconciler.nudge()
                },
                revision: { inForce.revised.revision }, approve: reconciler.approve),
            clock: clock, logger: logger, version: Operatord.version,
            pageRoot: Self.pageFolder(stack.paths, logger: logger),
            metricsText: { metrics.text() + ConfigurationFigures.text(of: inForce.source) },
            storeHealthy: { await store.isHealthy() },
            prepullStatus: { prepull.status }
        )
        let server = try await makeServer(
            dependencies,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, drainTimeout: Self.drainDeadline
        ) { host, port in
            logger.notice("listening", metadata: ["address": "http://\(host):\(port)"])
        }
        let socket = ControlSocket(dataRoot: stack.paths.dataRoot)
        try socket.prepare()
        let control = makeControlServer(
            dependencies, socketPath: socket.path, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            onListening: socket.restrict)
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: prepull, successTerminationBehavior: .ignore),
                .init(service: TokenUseWriter(store: store, clock: clock, logger: logger)),
                .init(service: removal),
                .init(service: OtherProcessesWatch(store: store, removal: removal, clock: clock, logger: logger)),
                .init(service: DeletionSweep(store: store, logger: logger)),
                .init(service: ReconcilerService(reconciler: reconciler)), .init(service: server),
                .init(service: ConfigurationWatch(refresh, logger: logger)), .init(service: follower),
                .init(service: control),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        )
        group.maximumGracefulShutdownDuration = Self.shutdownDeadline
        services = ServiceGroup(configuration: group)
        shutdown = {
            await engine.shutdown()
            await probe.shutdown()
        }
    }

    /// nil, with a warning, when the folder is missing: the page may be served by somebody else, as nginx.
    private static func pageFolder(_ paths: StackSpec.Paths, logger: Logger) -> String? {
        guard let folder = paths.frontend else { return nil }
        if FileManager.default.fileExists(atPath: folder + "/index.html") { return folder }
        logger.warning("no page is served: there is no index.html", metadata: ["paths.frontend": "\(folder)"])
        return nil
    }

    func run() async throws {
        do {
            try await services.run()
        } catch {
            await shutdown()
            throw error
        }
        await shutdown()
    }
}

/// Runs the loop until the group shuts down. It is ended last, so that streams that drain keep their leases noted.
private struct ReconcilerService: Service {
    let reconciler: Reconciler

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await reconciler.run() }
    }
}
