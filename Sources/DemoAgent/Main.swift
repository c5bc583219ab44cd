import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// A small agent runtime in one static file: OpenAI-compatible, key-checked, echoing or relaying.
@main
struct Main {
    static func main() throws {
        // As process 1 of a container there is no default action for signals.
        for signalNumber in [SIGTERM, SIGINT] { signal(signalNumber) { _ in _exit(0) } }
        do {
            try run(Settings(environment: environmentVariable))
        } catch let problem as Settings.Invalid {
            log(problem.message)
            _exit(2)
        }
    }

    private static func run(_ settings: Settings) throws {
        if settings.crashes {
            log("DEMO_CRASH is set: giving up")
            _exit(1)
        }
        let agent = try Agent(settings: settings)
        if settings.startDelay > .zero { usleep(UInt32(clamping: settings.startDelay.nanoseconds / 1000)) }

        // One loop: an agent serves one user, and a second thread would only cost memory.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(AgentHandler(agent: agent))
                }
            }
            .bind(host: "0.0.0.0", port: settings.port).wait()
        log("listening on port \(channel.localAddress?.port ?? settings.port), \(settings.purpose)")
        try channel.closeFuture.wait()
    }
}

extension Settings {
    fileprivate var purpose: String { upstream.map { "relaying to \($0.authority)" } ?? "echoing" }
}

/// One line on standard error, at once.
func log(_ message: String) {
    let line = "demo-agent: \(message)\n"
    _ = line.utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
}
