package import Logging
import Spec

/// The Docker Engine, spoken to over its Unix socket. Never retries: the reconciler does.
///
/// Calls live in `Endpoints/`, one file for each noun of the API; `Transport/` sends them under a deadline and turns
/// every failure into an ``EngineError``; `Wire/` holds the bodies; `Streams/` takes the daemon's streams apart.
package struct DockerEngine: ContainerEngine {
    let configuration: DockerEngineConfiguration
    let transport: Transport
    let networks: ManagedNetworks
    let logger: Logger

    /// Connects at the first call. End with ``shutdown()``.
    package init(configuration: DockerEngineConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        transport = Transport(
            socketPath: configuration.socketPath, versionDeadline: configuration.deadlines.query, logger: logger
        )
        networks = ManagedNetworks(prefix: configuration.networkPrefix)
    }

    /// Ends every call under way and the event streams. The engine cannot be used afterwards.
    package func shutdown() async { await transport.shutdown() }
}
