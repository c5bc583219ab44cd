package import Logging
package import Spec

/// What the `/v1` path needs of the other rooms; shared by every connection of a server.
///
/// Made once, after the metrics system is set up, and given to ``ProxyingHTTP1Channel``; nothing else is to be plugged in.
package final class ProxyContext: Sendable {
    let gate: any RunnerGate
    let authenticator: Authenticator
    let configuration: any ConfigurationReading
    let logger: Logger
    let metrics: ProxyMetrics
    let limiter: RequestLimiter
    let responseOwners = ResponseOwners()
    let workers: ProxyWorkers

    package convenience init(
        gate: any RunnerGate, authenticator: Authenticator, configuration: any ConfigurationReading,
        clock: any WallClock, logger: Logger
    ) {
        self.init(
            gate: gate, authenticator: authenticator, configuration: configuration, clock: clock, logger: logger,
            poolLimits: UpstreamPool.Limits())
    }

    init(
        gate: any RunnerGate, authenticator: Authenticator, configuration: any ConfigurationReading,
        clock: any WallClock, logger: Logger, poolLimits: UpstreamPool.Limits
    ) {
        self.gate = gate
        self.authenticator = authenticator
        self.configuration = configuration
        self.logger = logger
        metrics = ProxyMetrics()
        limiter = RequestLimiter(clock: clock)
        workers = ProxyWorkers(configuration: configuration, metrics: metrics, poolLimits: poolLimits)
    }
}
