import API
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Spec
import Synchronization
import Testing

/// The whole server on a real socket.
@Suite struct ServerTests {
    /// Runs the server on a port that the system chooses; shuts it down gracefully after `body`. Fails the test when
    /// `body` or the shutdown does not end.
    private func withServer(
        _ world: World, drainTimeout: Duration = .seconds(8), sourceLocation: SourceLocation = #_sourceLocation,
        _ body:
            @escaping @Sendable (_ base: String, _ shutDown: @escaping @Sendable () async -> Void) async throws -> Void
    ) async throws {
        world.configuration.edit { $0.stack.listen.port = 0 }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = try await makeServer(
            world.dependencies, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, drainTimeout: drainTimeout
        ) { _, bound in port.yield(bound) }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: world.dependencies.logger))
        let ended = Signal()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await group.run()
                ended.set()
            }
            let bound = try #require(await ports.first { _ in true })
            try await within(.seconds(15), sourceLocation: sourceLocation) {
                try await body("http://127.0.0.1:\(bound)") { await group.triggerGracefulShutdown() }
            }
            await group.triggerGracefulShutdown()
            try await ended.wait(sourceLocation: sourceLocation)
        }
    }

    private func get(_ url: String, token: String? = nil) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        return try await HTTPClient.shared.execute(request, deadline: .now() + .seconds(20))
    }

    /// A token from a sign-up over the socket.
    private func signUp(_ base: String) async throws -> String {
        var request = HTTPClientRequest(url: "\(base)/auth/signup")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: #"{"email":"alice@example.com","password":"correct horse"}"#))
        let response = try await HTTPClient.shared.execute(request, deadline: .now() + .seconds(20))
        let cookie = try #require(response.headers.first(name: "Set-Cookie"))
        return String(cookie.dropFirst("agent_stack_session=".count).prefix { $0 != ";" })
    }

    @Test func itAnswersOnThePortItReports() async throws {
        try await withServer(World()) { base, _ in
            let response = try await get("\(base)/healthz")
            #expect(response.status == .ok)
            #expect(response.headers.first(name: "x-request-id") != nil)
        }
    }

    @Test func aShutdownEndsAProgressStreamAtOnce() async throws {
        let world = World()
        let (steps, step) = AsyncStream.makeStream(of: StartProgress.self)
        world.runners.setProgress(of: RunnerID(user: "alice", backend: "demo"), steps)
        try await withServer(world) { base, shutDown in
            let token = try await signUp(base)
            let response = try await get("\(base)/api/runners/demo/progress", token: token)
            var chunks = response.body.makeAsyncIterator()
            let first = try #require(try await chunks.next())
            #expect(String(buffer: first).contains("snapshot"))
            await shutDown()
            while try await chunks.next() != nil {}
        }
        step.finish()
    }

    @Test func aRequestUnderWayIsAnsweredDuringAShutdown() async throws {
        let world = World()
        let start = world.runners.holdStarts()
        try await withServer(world) { base, shutDown in
            let token = try await signUp(base)
            var request = HTTPClientRequest(url: "\(base)/api/runners/demo/start")
            request.method = .POST
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
            async let response = HTTPClient.shared.execute(request, deadline: .now() + .seconds(20))
            try await start.begun()
            await shutDown()
            start.release()
            #expect(try await response.status == .ok)
        }
    }

    @Test func whatIsBusyAfterTheDeadlineIsClosed() async throws {
        let world = World()
        let start = world.runners.holdStarts()
        try await withServer(world, drainTimeout: .milliseconds(50)) { base, shutDown in
            let token = try await signUp(base)
            var request = HTTPClientRequest(url: "\(base)/api/runners/demo/start")
            request.method = .POST
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
            async let response = HTTPClient.shared.execute(request, deadline: .now() + .seconds(20))
            try await start.begun()
            await shutDown()
            do {
                let status = try await response.status
                Issue.record("It was answered with \(status).")
            } catch {
                #expect(error as? HTTPClientError == .remoteConnectionClosed)
            }
            start.release()
        }
    }
}
