import Hummingbird
import HummingbirdCore
import Logging
package import NIOCore
package import ServiceLifecycle
import Spec

/// The HTTP server as a service: listens while it runs, and in a graceful shutdown takes no more requests, waits for
/// the answers under way at most `drainTimeout`, then closes what is left.
///
/// - Parameters:
///   - onListening: called once with the host and the port that is really bound.
package func makeServer(
    _ dependencies: APIDependencies, eventLoopGroup: any EventLoopGroup, drainTimeout: Duration = .seconds(8),
    onListening: @escaping @Sendable (_ host: String, _ port: Int) -> Void = { _, _ in }
) async throws -> some Service {
    let stack = dependencies.configuration.current.stack
    let authenticator = await Authenticator(
        secret: stack.auth.jwtSecret, accounts: dependencies.accounts, tokens: dependencies.tokens,
        clock: dependencies.clock)
    let proxy = ProxyContext(
        gate: dependencies.gate, authenticator: authenticator, configuration: dependencies.configuration,
        limiter: dependencies.limiter, logger: dependencies.logger)
    try await dependencies.runs.recover()
    let connections = OpenConnections()
    let host = stack.listen.host
    let application = Application(
        router: try makeRouter(dependencies, authenticator: authenticator),
        server: HTTPServerBuilder { responder in
            TrackedChannel(
                base: ProxyingHTTP1Channel(responder: responder, context: proxy),
                connections: connections)
        },
        configuration: ApplicationConfiguration(address: .hostname(host, port: stack.listen.port), backlog: 1024),
        onServerRunning: { channel in onListening(host, channel.localAddress?.port ?? stack.listen.port) },
        eventLoopGroupProvider: .shared(eventLoopGroup),
        logger: dependencies.logger)
    let server = DrainingServer(
        application: application, address: "\(host):\(stack.listen.port)", connections: connections,
        drainTimeout: drainTimeout, logger: dependencies.logger)
    return APIService(server: server, dependencies: dependencies, drainTimeout: drainTimeout)
}

/// The server with what goes on beside the requests. All of it learns of a shutdown at the same time, so that streams
/// and runs share one deadline.
private struct APIService<Server: Service>: Service {
    let server: Server
    let dependencies: APIDependencies
    let drainTimeout: Duration

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { await cancelWhenGracefulShutdown { await RunnerNews(dependencies).run() } }
            group.addTask {
                try? await gracefulShutdown()
                await dependencies.runs.drain(within: drainTimeout)
            }
            // The first that fails, as a server whose port is taken, ends the others.
            while try await group.next() != nil {}
        }
    }
}

/// Runs an application and puts a deadline on its graceful shutdown.
private struct DrainingServer<App: ApplicationProtocol>: Service {
    let application: App
    /// As it was asked for.
    let address: String
    let connections: OpenConnections
    let drainTimeout: Duration
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { try await application.run() } catch let error as IOError {
                    throw ListenFailure(address: address, error: error)
                }
                return true
            }
            group.addTask {
                await closeAfterDeadline()
                return false
            }
            while let applicationEnded = try await group.next(), !applicationEnded {}
            group.cancelAll()
        }
    }

    /// Returns when cancelled, which is when the application has ended by itself.
    private func closeAfterDeadline() async {
        do {
            try await gracefulShutdown()
            try await Task.sleep(for: drainTimeout)
        } catch {
            return
        }
        let closed = connections.closeAll()
        if closed > 0 { logger.notice("closed connections that were still busy", metadata: ["count": "\(closed)"]) }
    }
}
