import NIOHTTP1
import Spec
import Testing

@testable import API

/// Requests that come before their runner is ready.
@Suite(.timeLimit(.minutes(1)))
struct ProxyColdStartTests {
    private static let impatient = StackSpec.Proxy(streamHoldback: .milliseconds(50))
    private static let stream = #"{"model":"demo","stream":true}"#

    @Test func aRequestWaitsForItsRunner() async throws {
        try await withProxy { proxy in
            proxy.gate.setReady(nil)
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            try await proxy.gate.someoneWaits.wait()
            proxy.gate.answer(.success(proxy.endpoint))
            #expect(try await client.response().status == 200)
        }
    }

    @Test func aStreamIsKeptAliveUntilItsRunnerAnswers() async throws {
        try await withProxy(limits: Self.impatient) { _, reply in
            try await reply.head()
            try await reply.chunk("data: one\n\n")
            try await reply.end()
        } _: { proxy in
            proxy.gate.setReady(nil)
            let client = try await proxy.client()
            try await client.send(proxy.chat(Self.stream, headers: ["accept-encoding: gzip"]))
            let head = try await client.take(through: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(head.contains("content-type: text/event-stream"))
            #expect(head.contains("x-request-id: "))
            for _ in 0..<3 { _ = try await client.take(through: ": ping\n\n") }
            proxy.gate.answer(.success(proxy.endpoint))
            _ = try await client.take(through: "data: one\n\n")
            let rest = try await client.take(through: "0\r\n\r\n")
            #expect(!rest.contains("HTTP/1.1"))
            // The head is gone, so the body must not come encoded.
            #expect(proxy.upstream.requests.first?.header("accept-encoding") == nil)
            // The connection serves the next request.
            proxy.gate.setReady(proxy.endpoint)
            try await client.send(proxy.chat(Self.stream))
            #expect(try await client.response().body == "data: one\n\n")
        }
    }

    @Test func aFailureInAnOpenStreamIsAnErrorFrame() async throws {
        try await withProxy(limits: Self.impatient) { proxy in
            proxy.gate.setReady(nil)
            let client = try await proxy.client()
            try await client.send(proxy.chat(Self.stream))
            _ = try await client.take(through: ": ping\n\n")
            let failure = RunnerFailure(reason: .exited, message: "exited with code 1", at: .epoch)
            proxy.gate.answer(.failure(.failed(failure, retryAfterSeconds: nil)))
            let rest = try await client.take(through: "0\r\n\r\n")
            #expect(
                rest.contains(
                    #"data: {"error":{"message":"exited with code 1","type":"server_error","param":null,"code":"runner_failed"}}"#
                        + "\n\ndata: [DONE]\n\n"))
        }
    }

    @Test func aRunnersRefusalInAnOpenStreamIsAnErrorFrame() async throws {
        try await withProxy(limits: Self.impatient) { _, reply in
            try await reply.answer("{}", status: .tooManyRequests)
        } _: { proxy in
            proxy.gate.setReady(nil)
            let client = try await proxy.client()
            try await client.send(proxy.chat(Self.stream))
            _ = try await client.take(through: ": ping\n\n")
            proxy.gate.answer(.success(proxy.endpoint))
            let rest = try await client.take(through: "0\r\n\r\n")
            #expect(rest.contains(#""code":"upstream_error""#))
            #expect(rest.contains("429"))
            let lease = try await proxy.gate.firstLease()
            try await lease.released.wait()
        }
    }

    @Test func aClientThatLeavesAnOpenStreamLeavesTheQueue() async throws {
        try await withProxy(limits: Self.impatient) { proxy in
            proxy.gate.setReady(nil)
            let client = try await proxy.client()
            try await client.send(proxy.chat(Self.stream))
            _ = try await client.take(through: ": ping\n\n")
            await client.close()
            try await proxy.gate.someoneLeft.wait()
        }
    }
}
