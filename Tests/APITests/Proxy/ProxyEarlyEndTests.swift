import NIOCore
import NIOHTTP1
import Spec
import Testing

/// Clients that leave, runners that stop answering, and what is left behind: nothing.
@Suite(.timeLimit(.minutes(1)))
struct ProxyEarlyEndTests {
    @Test func aClientThatLeavesWhileItWaitsForTheRunnerLeavesTheQueue() async throws {
        try await withProxy { proxy in
            proxy.gate.setReady(nil)
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            try await proxy.gate.someoneWaits.wait()
            await client.close()
            try await proxy.gate.someoneLeft.wait()
            #expect(proxy.gate.leases.isEmpty)
        }
    }

    @Test func aClientThatLeavesBeforeTheAnswerEndsTheRunnersWork() async throws {
        let asked = Signal()
        let noticed = Signal()
        try await withProxy(script: { _, reply in
            asked.set()
            await reply.untilClosed()
            noticed.set()
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            try await asked.wait()
            await client.close()
            try await noticed.wait()
            let lease = try #require(proxy.gate.leases.first)
            try await lease.released.wait()
        }
    }

    @Test func aClientThatLeavesAStreamEndsTheRunnersWork() async throws {
        let noticed = Signal()
        try await withProxy(script: { _, reply in
            try await reply.head()
            try await reply.chunk("data: one\n\n")
            await reply.untilClosed()
            noticed.set()
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(#"{"model":"demo","stream":true}"#))
            _ = try await client.take(through: "data: one\n\n")
            await client.close()
            try await noticed.wait()
            let lease = try #require(proxy.gate.leases.first)
            try await lease.released.wait()
        }
    }

    @Test func aLeaseThatComesForAClientThatLeftIsReleased() async throws {
        try await withProxy { proxy in
            proxy.gate.setReady(nil)
            proxy.gate.ignoresCancellation = true
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            try await proxy.gate.someoneWaits.wait()
            await client.close()
            try await proxy.gate.someoneLeft.wait()
            proxy.gate.answer(.success(proxy.endpoint))
            let lease = try await proxy.gate.firstLease()
            try await lease.released.wait()
            #expect(proxy.upstream.connectionCount == 0)
        }
    }

    @Test func aRunnerThatHangsUpBeforeItsAnswerIs502() async throws {
        try await withProxy(script: { _, reply in try await reply.hangUp() }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("upstream_closed"))
            #expect(proxy.upstream.requests.count == 1)
        }
    }

    @Test(arguments: [true, false])
    func aRunnerThatHangsUpInItsAnswerIsNotTakenForComplete(isChunked: Bool) async throws {
        try await withProxy(script: { _, reply in
            try await reply.head(.ok, isChunked ? ["content-type": "text/event-stream"] : ["content-length": "100"])
            try await reply.chunk("data: one\n\n")
            try await reply.hangUp()
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            let text = await client.takeToEnd()
            #expect(text.contains("data: one\n\n"))
            #expect(!text.hasSuffix("0\r\n\r\n"))
            let lease = try #require(proxy.gate.leases.first)
            try await lease.released.wait()
        }
    }

    @Test func aRunnerThatDoesNotAnswerInTimeIs504() async throws {
        let noticed = Signal()
        try await withProxy(limits: StackSpec.Proxy(firstByteTimeout: .milliseconds(100))) { _, reply in
            await reply.untilClosed()
            noticed.set()
        } _: { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            let response = try await client.response()
            #expect(response.status == 504)
            #expect(response.body.contains("upstream_timeout"))
            try await noticed.wait()
        }
    }

    @Test func aRunnerThatFallsSilentIsCutOff() async throws {
        let noticed = Signal()
        try await withProxy(limits: StackSpec.Proxy(idleTimeout: .seconds(1))) { _, reply in
            try await reply.head()
            try await reply.chunk("data: one\n\n")
            await reply.untilClosed()
            noticed.set()
        } _: { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            let text = await client.takeToEnd()
            #expect(text.contains("data: one\n\n"))
            #expect(!text.hasSuffix("0\r\n\r\n"))
            try await noticed.wait()
        }
    }
}
