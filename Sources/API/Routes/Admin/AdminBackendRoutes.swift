import Hummingbird
import Spec

/// `/api/admin/backends`: the backends' images on this host, and pulls of them.
struct AdminBackendRoutes: Sendable {
    private let images: BackendImages

    init(_ dependencies: APIDependencies) { images = BackendImages(dependencies) }

    func add(to group: RouterGroup<AdminContext>) {
        let backends = group.group("api/admin/backends")
        backends.get { _, _ in try Response.json(["backends": await images.all()]) }
        // Answers at once; the list tells how it goes.
        backends.post("{backend}/pull") { _, context in
            let name = try context.parameters.require("backend")
            return try Response.json(["backend": try await images.pull(name)], status: .accepted)
        }
    }
}

/// What is known of the image of each backend, and of the runners that are made from it.
struct BackendImages: Sendable {
    private let configuration: any ConfigurationReading
    private let images: any ImageKeeping
    private let status: any StatusReading

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        images = dependencies.images
        status = dependencies.status
    }

    /// In the order of the file. Asks the engine once for each image.
    func all() async -> [BackendImageReply] {
        let current = configuration.current
        let runners = Dictionary(grouping: status.statuses(ofUser: nil), by: \.id.backend)
        var reports: [String: ImageReport] = [:]
        for image in Set(current.backends.map(\.image)) { reports[image] = await images.imageReport(of: image) }
        return current.backends.map { backend in
            BackendImageReply(
                backend, policy: backend.pullPolicy ?? current.stack.engine.pullPolicy,
                report: reports[backend.image] ?? ImageReport(presence: .unknown("")),
                runners: runners[backend.name] ?? [])
        }
    }

    /// Has a backend's image pulled, or joins the pull that is under way.
    func pull(_ name: String) async throws -> BackendImageReply {
        let current = configuration.current
        guard let backend = current.backend(named: name) else { throw APIFailure.unknownBackend(name) }
        guard backend.pullPolicy ?? current.stack.engine.pullPolicy != .never else {
            throw APIFailure(
                status: 409, code: "pull_policy_never",
                message: "The image \(backend.image) is built on the host: the pull policy of \(name) is never.")
        }
        images.beginPull(of: backend.image)
        guard let reply = await all().first(where: { $0.name == name }) else { throw APIFailure.unknownBackend(name) }
        return reply
    }
}

/// One backend, as those see it who look after its image.
struct BackendImageReply: Encodable {
    struct Pull: Encodable {
        /// Fetched so far, of the layers whose size is known.
        var bytes: Int64
        /// 0 while no size is known.
        var totalBytes: Int64
        var layers: Int
        var layersDone: Int
        /// The engine's words.
        var status: String
    }

    struct LastPull: Encodable {
        var endedAt: String
        /// nil when the image was fetched.
        var problem: Nullable<String>
    }

    var name: String
    var displayName: String
    var disabled: Bool
    var image: String
    var pullPolicy: String
    /// nil when the engine could not be asked.
    var present: Nullable<Bool>
    /// `sha256:…`
    var imageId: Nullable<String>
    var problem: Nullable<String>
    var pull: Nullable<Pull>
    var lastPull: Nullable<LastPull>
    /// With a container that runs.
    var running: Int
    /// Of those, the ones that are not as the files and their image say: waiting for their turn, draining or outdated.
    var drifted: Int

    init(_ backend: BackendSpec, policy: PullPolicy, report: ImageReport, runners: [RunnerStatus]) {
        name = backend.name
        displayName = backend.displayName
        disabled = backend.disabled
        image = backend.image
        pullPolicy = policy.rawValue
        switch report.presence {
        case .present(let id): (present, imageId, problem) = (Nullable(true), Nullable(id), Nullable(nil))
        case .missing: (present, imageId, problem) = (Nullable(false), Nullable(nil), Nullable(nil))
        case .unknown(let why): (present, imageId, problem) = (Nullable(nil), Nullable(nil), Nullable(why))
        }
        pull = Nullable(
            report.pull.map {
                Pull(
                    bytes: $0.bytes, totalBytes: $0.totalBytes, layers: $0.layers, layersDone: $0.layersDone,
                    status: $0.status)
            })
        lastPull = Nullable(
            report.lastPull.map { LastPull(endedAt: $0.at.description, problem: Nullable($0.problem)) })
        running = runners.count { $0.startedAt != nil }
        drifted = runners.count(where: \.isDrifted)
    }
}

extension RunnerStatus {
    /// Whether its container is not, or not yet, what it should be.
    fileprivate var isDrifted: Bool {
        conditions.contains {
            $0.kind == .reconciling
                && ["ImageOutdated", "Waiting", "Draining", "Recreate", "Drain"].contains($0.reason)
        }
    }
}
