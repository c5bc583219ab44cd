import NIOCore
import NIOHTTP1
import Spec

/// Which backend serves a model, as one event loop knows it.
///
/// The configuration in force is looked at again at most every 100 ms and when a model is unknown, so that a request
/// does not copy it.
final class RouteTable {
    private static let freshFor = TimeAmount.milliseconds(100)

    private let configuration: any ConfigurationReading
    private let metrics: ProxyMetrics
    private var backends: [BackendSpec] = []
    private var router = ModelRouter(backends: [])
    /// By name and alias, so that the usual request copies no backend.
    private var routes: [String: BackendRoute] = [:]
    private var staleAt = NIODeadline.uptimeNanoseconds(0)
    private(set) var limits = StackSpec.Proxy()
    private(set) var requestLimits = StackSpec.RequestLimits()
    /// Whose pages may call with an API token.
    private(set) var corsOrigins: [String] = []

    init(configuration: any ConfigurationReading, metrics: ProxyMetrics) {
        self.configuration = configuration
        self.metrics = metrics
    }

    /// As ``ModelRouter`` decides it; nil when no backend serves the model.
    func route(forModel model: String) -> BackendRoute? {
        if let route = lookUp(model) { return route }
        refresh(at: .now())
        return lookUp(model)
    }

    /// Called at the start of each request.
    func refreshIfStale() {
        let now = NIODeadline.now()
        if now >= staleAt { refresh(at: now) }
    }

    private func lookUp(_ model: String) -> BackendRoute? {
        if let route = routes[model] { return route }
        return router.backend(for: model).flatMap { routes[$0.name] }
    }

    private func refresh(at now: NIODeadline) {
        staleAt = now + Self.freshFor
        let current = configuration.current
        limits = current.stack.proxy
        requestLimits = current.stack.limits
        corsOrigins = current.stack.auth.corsOrigins
        guard current.backends != backends else { return }
        backends = current.backends
        router = ModelRouter(backends: backends)
        routes = [:]
        for backend in backends {
            let route = BackendRoute(backend, metrics: metrics.metrics(ofBackend: backend.name))
            for model in backend.models { routes[model] = route }
        }
    }
}

/// What a request needs to know of its backend.
final class BackendRoute: Sendable {
    let name: String
    /// Request header that gets the session id.
    let sessionHeader: String?
    /// Header that the runner's key travels in; the client's own is not passed on.
    let keyHeader: String
    /// What is changed in the body; nil for backends that get it as it came.
    let rewriter: BodyRewriter?
    /// Response header that marks a failed turn.
    private let failureHeader: String?
    let metrics: BackendMetrics

    init(_ backend: BackendSpec, metrics: BackendMetrics) {
        name = backend.name
        sessionHeader = backend.sessionHeader
        keyHeader = backend.apiKeyHeader
        rewriter = BodyRewriter(backend)
        failureHeader = backend.failureHeader
        self.metrics = metrics
    }

    /// Whether the runtime says in a header of its answer that the turn failed, whatever the status.
    func saysFailed(_ head: HTTPResponseHead) -> Bool {
        guard let failureHeader, let said = head.headers.first(name: failureHeader) else { return false }
        return HeaderName.equals(said, "false")
    }
}
