import Hummingbird
import Logging
package import NIOCore
package import ServiceLifecycle
import Spec

/// The operator's own way in: HTTP on a Unix socket. There are no sessions; the socket's folder decides who reaches it.
///
/// `onListening` is called once the socket is there.
package func makeControlServer(
    _ dependencies: APIDependencies, socketPath: String, eventLoopGroup: any EventLoopGroup,
    onListening: @escaping @Sendable () -> Void = {}
) -> some Service {
    let router = Router(context: APIContext.self)
    router.add(middleware: RequestRecord(logger: dependencies.logger))
    router.add(middleware: ErrorReplies())
    router.add(middleware: CommandLineActor())
    ControlRoutes(dependencies).add(to: router)
    return Application(
        router: router, configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
        onServerRunning: { _ in onListening() }, eventLoopGroupProvider: .shared(eventLoopGroup),
        logger: Logger(label: "operatord.control") { _ in SwiftLogNoOpLogHandler() })
}

private struct CommandLineActor: RouterMiddleware {
    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let actor = Actor(kind: .commandLine, requestID: context.requestID)
        return try await Actor.$current.withValue(actor) { try await next(request, context) }
    }
}
