import NIOConcurrencyHelpers
import NIOCore
import Spec

/// One ``ProxyWorker`` per event loop, made when its first connection comes.
final class ProxyWorkers: Sendable {
    private let configuration: any ConfigurationReading
    private let metrics: ProxyMetrics
    private let poolLimits: UpstreamPool.Limits
    private let byLoop = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBound<ProxyWorker>]>([:])

    init(configuration: any ConfigurationReading, metrics: ProxyMetrics, poolLimits: UpstreamPool.Limits) {
        self.configuration = configuration
        self.metrics = metrics
        self.poolLimits = poolLimits
    }

    /// Called on `eventLoop`, once per connection.
    func worker(of eventLoop: any EventLoop) -> ProxyWorker {
        byLoop.withLockedValue { workers in
            if let worker = workers[ObjectIdentifier(eventLoop)] { return worker }
            let worker = ProxyWorker(
                eventLoop: eventLoop, configuration: configuration, metrics: metrics, poolLimits: poolLimits)
            let bound = NIOLoopBound(worker, eventLoop: eventLoop)
            workers[ObjectIdentifier(eventLoop)] = bound
            return bound
        }.value
    }
}

/// What the connections of one event loop share without locks: idle upstream connections and the routes.
final class ProxyWorker {
    let eventLoop: any EventLoop
    let pool: UpstreamPool
    let routes: RouteTable

    init(
        eventLoop: any EventLoop, configuration: any ConfigurationReading, metrics: ProxyMetrics,
        poolLimits: UpstreamPool.Limits
    ) {
        self.eventLoop = eventLoop
        pool = UpstreamPool(eventLoop: eventLoop, limits: poolLimits)
        routes = RouteTable(configuration: configuration, metrics: metrics)
    }
}
