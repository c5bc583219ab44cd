import HTTPTypes
import NIOHTTP1
import Spec
import Testing

@testable import API

/// What reaches the runner and what comes back.
@Suite(.timeLimit(.minutes(1)))
struct ProxyRelayTests {
    @Test func aChatReachesTheRunnerAndItsAnswerComesBack() async throws {
        try await withProxy(script: { request, reply in
            try await reply.answer(#"{"echo":\#(request.body)}"#, headers: ["x-runner": "yes"])
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(headers: ["x-request-id: mine-1"]))
            let response = try await client.response()
            #expect(response.status == 200)
            #expect(response.body == #"{"echo":{"model":"demo","messages":[]}}"#)
            #expect(response.headers["x-runner"] == "yes")
            #expect(response.headers["x-request-id"] == "mine-1")
            let lease = try #require(proxy.gate.leases.first)
            try await lease.released.wait()
            #expect(proxy.gate.leases.count == 1)
        }
    }

    @Test func theFirstChunkArrivesBeforeTheLastIsMade() async throws {
        let proceed = Signal()
        try await withProxy(script: { _, reply in
            try await reply.head()
            try await reply.chunk("data: one\n\n")
            try await proceed.wait()
            try await reply.chunk("data: two\n\n")
            try await reply.end()
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(#"{"model":"demo","stream":true}"#))
            let head = try await client.take(through: "\r\n\r\n")
            #expect(head.contains("text/event-stream"))
            _ = try await client.take(through: "data: one\n\n")
            proceed.set()
            _ = try await client.take(through: "data: two\n\n")
            _ = try await client.take(through: "0\r\n\r\n")
            let lease = try #require(proxy.gate.leases.first)
            #expect(lease.touches >= 2)
        }
    }

    @Test func headersThatAreNotTheRunnersBusinessAreStripped() async throws {
        var backend = ProxyFixture.demo
        backend.apiKeyHeader = "X-Runner-Key"
        backend.sessionHeader = "X-Session"
        try await withProxy(backend: backend) { proxy in
            let client = try await proxy.client()
            let headers = [
                "Cookie: a=b", "Origin: http://localhost", "Referer: http://localhost/", "Sec-Fetch-Site: same-origin",
                "sec-ch-ua: x", "Connection: keep-alive, X-Hop", "X-Hop: 1", "Keep-Alive: 5", "TE: trailers",
                "X-Runner-Key: stolen", "X-Session: other", "Accept-Encoding: gzip", "X-Kept: yes",
            ]
            try await client.send(proxy.chat(#"{"model":"demo","user":"conv 1\n"}"#, headers: headers))
            _ = try await client.response()
            let request = try #require(proxy.upstream.requests.first)
            let names = Set(request.head.headers.map { $0.name.lowercased() })
            #expect(
                names == [
                    "host", "authorization", "x-session", "x-request-id", "content-length", "accept-encoding", "x-kept",
                ])
            #expect(request.head.headers["authorization"] == ["Bearer runner-key"])
            #expect(request.head.headers["x-session"] == ["conv%201%0A"])
            #expect(request.header("host") == "127.0.0.1:\(proxy.upstream.port)")
        }
    }

    @Test func cookiesAndHopByHopHeadersOfARunnerDoNotReachTheClient() async throws {
        try await withProxy(script: { _, reply in
            try await reply.answer(
                "{}",
                headers: [
                    "set-cookie": "a=b", "connection": "keep-alive, x-hop", "x-hop": "1",
                    "content-encoding": "identity", "X-Frame-Options": "ALLOWALL",
                ])
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            let response = try await client.response()
            let security = Set(SecurityHeaders.fields.map(\.name.canonicalName))
            #expect(
                Set(response.headers.keys)
                    == security.union([
                        "cache-control", "content-encoding", "content-length", "content-type", "x-request-id",
                    ]))
            #expect(response.headers["x-frame-options"] == "DENY")
        }
    }

    @Test func anEncodedAnswerPassesWithItsHeader() async throws {
        // What is in it does not matter: nobody here looks into it.
        let body = "not really gzip"
        try await withProxy(script: { request, reply in
            #expect(request.header("accept-encoding") == "gzip, br")
            try await reply.answer(body, headers: ["content-encoding": "gzip", "vary": "accept-encoding"])
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(headers: ["accept-encoding: gzip, br"]))
            let response = try await client.response()
            #expect(response.headers["content-encoding"] == "gzip")
            #expect(response.headers["vary"] == "accept-encoding")
            #expect(response.headers["content-length"] == String(body.utf8.count))
            #expect(response.body == body)
        }
    }

    @Test func aBackendsOwnBodyFormIsMade() async throws {
        var backend = ProxyFixture.demo
        backend.forwardModelEnv = "LLM_MODEL"
        backend.history = .last
        backend.sessionField = "session_id"
        try await withProxy(backend: backend, forwardModel: "gpt-5") { proxy in
            let client = try await proxy.client()
            try await client.send(
                proxy.chat(
                    #"{"model":"demo","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}"#))
            _ = try await client.response()
            let expected = #"{"session_id":"agstack-u7","model":"gpt-5","messages":[{"role":"user","content":"b"}]}"#
            #expect(proxy.upstream.requests.first?.body == expected)
            #expect(proxy.upstream.requests.first?.header("content-length") == String(expected.utf8.count))
        }
    }

    @Test func theRunnersOwnErrorsPassThrough() async throws {
        try await withProxy(script: { _, reply in
            try await reply.answer(
                #"{"error":{"message":"no"}}"#, status: .tooManyRequests, headers: ["retry-after": "3"])
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat())
            let response = try await client.response()
            #expect(response.status == 429)
            #expect(response.headers["retry-after"] == "3")
            #expect(response.body == #"{"error":{"message":"no"}}"#)
        }
    }

    @Test(arguments: ["demo-alias", "demo/anything"])
    func aliasesAndNamesBelowTheBackendsReachIt(model: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(#"{"model":"\#(model)"}"#))
            #expect(try await client.response().status == 200)
        }
    }

    @Test func aLargeBodyArrivesWhole() async throws {
        try await withProxy(script: { request, reply in
            try await reply.answer(String(request.body.utf8.count))
        }) { proxy in
            let client = try await proxy.client()
            let body = #"{"model":"demo","text":"\#(String(repeating: "ü", count: 1 << 20))"}"#
            try await client.send(proxy.chat(body, headers: ["Expect: 100-continue"]))
            #expect(try await client.response().status == 100)
            #expect(try await client.response().body == String(body.utf8.count))
        }
    }

    @Test func aChunkedRequestReachesTheRunnerWithALength() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \(proxy.token)\r\n"
                    + "transfer-encoding: chunked\r\n\r\n8\r\n{\"model\"\r\n8\r\n:\"demo\"}\r\n0\r\n\r\n")
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.requests.first?.body == #"{"model":"demo"}"#)
            #expect(proxy.upstream.requests.first?.header("transfer-encoding") == nil)
        }
    }

    @Test func anHTTP10ClientGetsNoChunks() async throws {
        try await withProxy(script: { _, reply in
            try await reply.head()
            try await reply.chunk("data: one\n\n")
            try await reply.end()
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat().replacing("HTTP/1.1", with: "HTTP/1.0"))
            let text = await client.takeToEnd()
            #expect(text.hasPrefix("HTTP/1.0 200 OK\r\n"))
            #expect(text.hasSuffix("\r\n\r\ndata: one\n\n"))
        }
    }
}
