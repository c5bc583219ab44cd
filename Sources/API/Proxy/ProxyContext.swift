import Logging
import Spec

/// What the `/v1` path needs of the other rooms; shared by every connection of a server.
///
/// Made once, after the metrics system is set up, and given to ``ProxyingHTTP1Channel``; nothing else is to be plugged in.
final class ProxyContext: Sendable {
    let gate: any RunnerGate
    let authenticator: Authenticator
    let configuration: any ConfigurationReading
    let logger: Logger
    let metrics: ProxyMetrics
    let limiter: RequestLimiter
    let responseOwners = ResponseOwners()
    let workers: ProxyWorkers

    init(
        gate: any RunnerGate, authenticator: Authenticator, configuration: any ConfigurationReading,
        limiter: RequestLimiter, logger: Logger, poolLimits: UpstreamPool.Limits = UpstreamPool.Limits()
    ) {
        self.gate = gate
        self.authenticator = authenticator
        self.configuration = configuration
        self.logger = logger
        metrics = ProxyMetrics()
        self.limiter = limiter
        workers = ProxyWorkers(configuration: configuration, metrics: metrics, poolLimits: poolLimits)
    }
}
