import NIOCore
import NIOPosix
import Spec
import Testing

@testable import API

/// Every wait has an end.
@Suite(.timeLimit(.minutes(1)))
struct ProxyTimeoutTests {
    @Test func aRunnerThatDoesNotAcceptInTimeIs504() async throws {
        try await withFullListener { port in
            try await withProxy(limits: StackSpec.Proxy(connectTimeout: .milliseconds(100))) { proxy in
                proxy.gate.setReady(ProxyFixture.endpoint(port: port, forwardModel: nil))
                let client = try await proxy.client()
                try await client.send(proxy.chat())
                let response = try await client.response()
                #expect(response.status == 504)
                #expect(response.body.contains("upstream_connect_timeout"))
                try await proxy.gate.leases.first?.released.wait()
            }
        }
    }

    @Test func aClientThatLeavesDuringTheConnectReleasesTheRunner() async throws {
        try await withFullListener { port in
            try await withProxy(limits: StackSpec.Proxy(connectTimeout: .seconds(600))) { proxy in
                proxy.gate.setReady(ProxyFixture.endpoint(port: port, forwardModel: nil))
                let client = try await proxy.client()
                try await client.send(proxy.chat())
                let lease = try await proxy.gate.firstLease()
                await client.close()
                try await lease.released.wait()
            }
        }
    }

    @Test(arguments: [
        "content-length: 10\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n", "content-length: 10\r\n\r\n",
    ])
    func aClientThatStopsInItsBodyIs408(start: String) async throws {
        try await withProxy(limits: StackSpec.Proxy(clientTimeout: .milliseconds(500))) { proxy in
            let client = try await proxy.client()
            try await client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \(proxy.token)\r\n" + start)
            let response = try await client.response()
            #expect(response.status == 408)
            #expect(response.headers["connection"] == "close")
            #expect(response.body.contains("request_timeout"))
            #expect(proxy.gate.leases.isEmpty)
        }
    }

    @Test func aClientThatSaysNothingIsLetGo() async throws {
        try await withProxy(limits: StackSpec.Proxy(clientTimeout: .milliseconds(500))) { proxy in
            #expect(await (try proxy.client()).takeToEnd().isEmpty)
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            #expect(try await client.response().status == 200)
            #expect(await client.takeToEnd().isEmpty)
        }
    }

    @Test func aClientThatWaitsForItsAnswerIsNotTakenForSilent() async throws {
        let proceed = Signal()
        try await withProxy(
            limits: StackSpec.Proxy(clientTimeout: .milliseconds(500)),
            script: { _, reply in
                try await proceed.wait()
                try await reply.answer("{}")
            }
        ) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            // Another client's time passes meanwhile.
            #expect(await (try proxy.client()).takeToEnd().isEmpty)
            #expect(await (try proxy.client()).takeToEnd().isEmpty)
            proceed.set()
            #expect(try await client.response().status == 200)
        }
    }
}

/// Gives the port of a listener that takes no more connections: whoever connects waits.
private func withFullListener(_ body: (Int) async throws -> Void) async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    let listener = try await ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 1)
        .serverChannelOption(.autoRead, value: false)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = listener.localAddress?.port ?? 0
    var fillers: [any Channel] = []
    let client = ClientBootstrap(group: group).connectTimeout(.milliseconds(200))
    while fillers.count < 16, let filler = try? await client.connect(host: "127.0.0.1", port: port).get() {
        fillers.append(filler)
    }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(port)) } catch { outcome = .failure(error) }
    for channel in fillers + [listener] { try? await channel.close() }
    #expect(fillers.count < 16)
    try outcome.get()
}
