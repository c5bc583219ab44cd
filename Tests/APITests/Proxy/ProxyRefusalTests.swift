import Spec
import Testing

@testable import API

/// Requests that do not reach a runner, and the errors that say so.
@Suite(.timeLimit(.minutes(1)))
struct ProxyRefusalTests {
    private func response(
        _ proxy: ProxyFixture, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> RawClient.Response {
        let client = try await proxy.client()
        try await client.send(text)
        let response = try await client.response()
        #expect(response.headers["x-request-id"]?.isEmpty == false, sourceLocation: sourceLocation)
        return response
    }

    @Test(arguments: [
        [], ["authorization: Bearer sk-anything"], ["authorization: Bearer a.b.c"],
        ["cookie: agent_stack_session=a.b.c"],
    ])
    func withoutAValidSessionItIs401(headers: [String]) async throws {
        try await withProxy { proxy in
            let lines = ["POST /v1/chat/completions HTTP/1.1", "host: a", "content-length: 2"] + headers
            let response = try await response(proxy, lines.joined(separator: "\r\n") + "\r\n\r\n{}")
            #expect(response.status == 401)
            #expect(
                response.body
                    == #"{"error":{"message":"\#(APIFailure.signedOut.message)","type":"authentication_error","param":null,"code":"not_signed_in"}}"#
            )
            #expect(proxy.gate.leases.isEmpty)
        }
    }

    @Test(arguments: [
        ([], 200), (["origin: http://a"], 200), (["origin: http://evil"], 403), (["origin: null"], 403),
        (["sec-fetch-site: cross-site"], 403),
    ])
    func aCookieCountsOnlyFromTheSameOrigin(headers: [String], status: Int) async throws {
        try await withProxy { proxy in
            let body = #"{"model":"demo"}"#
            let lines =
                [
                    "POST /v1/chat/completions HTTP/1.1", "host: a", "content-length: \(body.utf8.count)",
                    "cookie: other=1; agent_stack_session=\(proxy.token)",
                ] + headers
            let answer = try await response(proxy, lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
            #expect(answer.status == status)
        }
    }

    @Test(arguments: [
        (#"{"model":"nobody"}"#, 404, "model_not_found"),
        (#"{"model":"nobody/x"}"#, 404, "model_not_found"),
        (#"{"messages":[]}"#, 400, "missing_required_parameter"),
        (#"model=demo"#, 400, "invalid_json"),
        ("", 400, "invalid_json"),
    ])
    func aBodyThatCannotBeRoutedIsRefused(body: String, status: Int, code: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(body))
            let refusal = try await client.response()
            #expect(refusal.status == status)
            #expect(refusal.body.contains(#""code":"\#(code)""#))
            // The connection is as good as before.
            try await client.send(proxy.chat())
            #expect(try await client.response().status == 200)
        }
    }

    @Test func aBodyOverTheLimitIsRefusedByItsLength() async throws {
        try await withProxy(limits: StackSpec.Proxy(maxBodyBytes: 100)) { proxy in
            let client = try await proxy.client()
            // The body never comes: the length is enough.
            try await client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \(proxy.token)\r\n"
                    + "expect: 100-continue\r\ncontent-length: 101\r\n\r\n")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response.headers["connection"] == "close")
            #expect(response.body.contains("body_too_large"))
        }
    }

    @Test func aBodyOverTheLimitIsRefusedAsItComes() async throws {
        try await withProxy(limits: StackSpec.Proxy(maxBodyBytes: 100)) { proxy in
            let client = try await proxy.client()
            try await client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \(proxy.token)\r\n"
                    + "transfer-encoding: chunked\r\n\r\n")
            for _ in 0..<3 { try await client.send("32\r\n" + String(repeating: " ", count: 50) + "\r\n") }
            let response = try await client.response()
            #expect(response.status == 413)
            // The client is not reset while it still sends.
            try await client.send("0\r\n\r\n")
            #expect(await client.takeToEnd().isEmpty)
        }
    }

    @Test(arguments: [
        (GateError.missingValues(["LLM_API_KEY"]), 422, "missing_values", nil as String?),
        (.queueFull(retryAfterSeconds: 3), 503, "queue_full", "3"),
        (.stillStarting(nil), 503, "runner_starting", "2"),
        (.shuttingDown, 503, "shutting_down", "5"),
    ])
    func theGatesRefusalIsAnswered(error: GateError, status: Int, code: String, retryAfter: String?) async throws {
        try await withProxy { proxy in
            proxy.gate.setReady(nil)
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            try await proxy.gate.someoneWaits.wait()
            proxy.gate.answer(.failure(error))
            let response = try await client.response()
            #expect(response.status == status)
            #expect(response.body.contains(#""code":"\#(code)""#))
            #expect(response.headers["retry-after"] == retryAfter)
            #expect(proxy.gate.limits == [StackSpec.Proxy().startingTimeout])
        }
    }

    @Test func aRunnerThatRefusesTheConnectionIs502() async throws {
        try await withProxy { proxy in
            // Port 1 has no listener.
            proxy.gate.setReady(ProxyFixture.endpoint(port: 1, forwardModel: nil))
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            let response = try await client.response()
            #expect(response.status == 502)
            #expect(response.body.contains("upstream_unreachable"))
            let lease = try #require(proxy.gate.leases.first)
            try await lease.released.wait()
        }
    }

    @Test func aRequestThatIsNotHTTPIsAnsweredOnce() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \(proxy.token)\r\n"
                    + "transfer-encoding: chunked\r\n\r\nnonsense\r\n")
            let text = await client.takeToEnd()
            #expect(text.hasPrefix("HTTP/1.1 400 "))
            #expect(text.ranges(of: "HTTP/1.1").count == 1)
        }
    }
}
