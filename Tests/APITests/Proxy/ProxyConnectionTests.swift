import NIOCore
import NIOHTTP1
import Spec
import Testing

@testable import API

/// Connections on both sides: kept, shared out, replaced and ended.
@Suite(.timeLimit(.minutes(1)))
struct ProxyConnectionTests {
    @Test func theConnectionToTheRunnerIsKept() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            for _ in 0..<5 {
                try await client.send(proxy.chat())
                #expect(try await client.response().status == 200)
            }
            #expect(proxy.upstream.requests.map(\.connection) == [1, 1, 1, 1, 1])
        }
    }

    @Test func aConnectionThatTheRunnerEndedIsReplaced() async throws {
        let ended = Signal()
        try await withProxy(script: { request, reply in
            try await reply.answer("{}")
            if request.connection == 1 {
                try await reply.hangUp()
                ended.set()
            }
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            #expect(try await client.response().status == 200)
            try await ended.wait()
            try await client.send(proxy.chat())
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.requests.map(\.connection) == [1, 2])
        }
    }

    @Test func aRequestThatMayHaveReachedTheRunnerIsNotSentAgain() async throws {
        try await withProxy(script: { request, reply in
            guard request.body.contains("second") else { return try await reply.answer("{}") }
            try await reply.hangUp()
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            _ = try await client.response()
            try await client.send(proxy.chat(#"{"model":"demo","second":1}"#))
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("upstream_closed"))
            #expect(proxy.upstream.requests.count == 2)
            #expect(proxy.upstream.connectionCount == 1)
        }
    }

    @Test func aRunnerThatDoesNotKeepConnectionsGetsNewOnes() async throws {
        try await withProxy(script: { _, reply in
            try await reply.answer("{}", headers: ["connection": "close"])
        }) { proxy in
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(proxy.chat())
                #expect(try await client.response().status == 200)
            }
            #expect(proxy.upstream.requests.map(\.connection) == [1, 2])
        }
    }

    @Test(arguments: [
        (UpstreamPool.Limits(perRunner: 1, total: 1), [1, 1]), (UpstreamPool.Limits(perRunner: 0, total: 1), [1, 2]),
        (UpstreamPool.Limits(perRunner: 1, total: 0), [1, 2]),
    ])
    func noMoreIdleConnectionsAreKeptThanAllowed(limits: UpstreamPool.Limits, connections: [Int]) async throws {
        try await withProxy(poolLimits: limits) { proxy in
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(proxy.chat())
                #expect(try await client.response().status == 200)
            }
            #expect(proxy.upstream.requests.map(\.connection) == connections)
        }
    }

    @Test func anIdleConnectionIsNotKeptForEver() async throws {
        let ended = Signal()
        try await withProxy(
            poolLimits: UpstreamPool.Limits(idleTime: .milliseconds(50)),
            script: { _, reply in
                try await reply.answer("{}")
                await reply.untilClosed()
                ended.set()
            }
        ) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            #expect(try await client.response().status == 200)
            try await ended.wait()
        }
    }

    @Test func anotherContainerGetsItsOwnConnection() async throws {
        let first = Signal()
        try await withProxy(script: { request, reply in
            try await reply.answer("{}")
            guard request.connection == 1 else { return }
            Task {
                await reply.untilClosed()
                first.set()
            }
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            _ = try await client.response()
            proxy.gate.setReady(proxy.otherContainer())
            try await client.send(proxy.chat())
            _ = try await client.response()
            #expect(proxy.upstream.requests.map(\.connection) == [1, 2])
            try await first.wait()
        }
    }

    @Test func requestsInOneWriteAreAnsweredInOrder() async throws {
        try await withProxy(script: { request, reply in
            try await reply.answer(request.body.contains("one") ? "one" : "two")
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(
                "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n"
                    + proxy.chat(#"{"model":"demo","x":"one"}"#)
                    + "POST /api/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\necho"
                    + "GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n"
                    + proxy.chat(#"{"model":"demo","x":"two"}"#)
                    + proxy.chat(#"{"model":"nobody"}"#)
                    + "GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n")
            var answers: [String] = []
            for _ in 0..<7 {
                let response = try await client.response()
                answers.append(response.status == 200 ? response.body : String(response.status))
            }
            #expect(answers == ["healthy", "one", "echo", "models", "two", "404", "404"])
        }
    }

    @Test func aBrokenRequestBehindAChatDoesNotHurtIt() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat() + "nonsense\r\n\r\n")
            let text = await client.takeToEnd()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(text.ranges(of: "HTTP/1.1").count == 1)
        }
    }

    @Test func theClientsConnectionEndsWhenItAsksForThat() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(headers: ["connection: close"]))
            let response = try await client.response()
            #expect(response.headers["connection"] == "close")
            #expect(await client.takeToEnd().isEmpty)
        }
    }

    @Test func aRunnerIsNotReadFasterThanItsClientReads() async throws {
        let megabyte = String(repeating: "x", count: 1 << 20)
        let written = Signal()
        try await withProxy(script: { _, reply in
            try await reply.head()
            for _ in 0..<64 { try await reply.chunk(megabyte) }
            written.set()
            try await reply.end()
        }) { proxy in
            let client = try await RawClient(port: proxy.port, receiveBuffer: 4096)
            try await client.send(proxy.chat(headers: ["connection: close"]))
            // Time is the condition here: without back-pressure all is written in a fraction of this.
            try await Task.sleep(for: .seconds(1))
            #expect(!written.isSet)
            try await client.channel.setOption(.autoRead, value: true).get()
            let body = await client.takeToEnd()
            #expect(body.utf8.count(where: { $0 == UInt8(ascii: "x") }) >= 64 << 20)
            #expect(body.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func aShutdownLetsStreamsFinishAndClosesTheRest() async throws {
        let proceed = Signal()
        try await withProxy(script: { _, reply in
            try await reply.head()
            try await reply.chunk("data: one\n\n")
            try await proceed.wait()
            try await reply.chunk("data: two\n\n")
            try await reply.end()
        }) { proxy in
            let idle = try await proxy.client()
            try await idle.send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await idle.response()
            let streaming = try await proxy.client()
            try await streaming.send(proxy.chat(#"{"model":"demo","stream":true}"#))
            _ = try await streaming.take(through: "data: one\n\n")
            await proxy.shutDown()
            #expect(await idle.takeToEnd().isEmpty)
            proceed.set()
            let rest = await streaming.takeToEnd()
            #expect(rest.contains("data: two"))
            #expect(rest.hasSuffix("0\r\n\r\n"))
        }
    }
}
