import NIOHTTP1
import Spec
import Testing

@testable import API

/// Which runner the paths besides chats reach, and by what.
@Suite(.timeLimit(.minutes(1)))
struct ProxyRoutingTests {
    private static let response = #"{"object":"response","output":[{"id":"msg_1"}],"id":"resp_1"}"#

    @Test(arguments: ["/v1/embeddings", "/v1/completions", "/v1/responses", "/v1/some/thing?x=1"])
    func everyPathWithAModelInItsBodyIsRouted(path: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(#"{"model":"demo-alias","input":"hello"}"#, path: path))
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.requests.map(\.head.uri) == [path])
            #expect(proxy.upstream.requests.map(\.body) == [#"{"model":"demo-alias","input":"hello"}"#])
        }
    }

    @Test(arguments: [
        ("GET", "/v1/responses/resp_1"), ("GET", "/v1/responses/resp_1?stream=true"),
        ("GET", "/v1/responses/resp_1/input_items?limit=2"), ("DELETE", "/v1/responses/resp_1"),
        ("POST", "/v1/responses/resp_1/cancel"),
    ])
    func aResponseIsFoundByItsID(method: String, path: String) async throws {
        try await withProxy(script: { _, reply in try await reply.answer(Self.response) }) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.bare(method, path))
            let unknown = try await client.response()
            #expect(unknown.status == 404)
            #expect(unknown.body.contains(#""code":"response_not_found""#))

            try await client.send(proxy.chat(#"{"model":"demo","input":"hello"}"#, path: "/v1/responses"))
            #expect(try await client.response().status == 200)
            try await client.send(proxy.bare(method, path))
            #expect(try await client.response().body == Self.response)
            let request = try #require(proxy.upstream.requests.last)
            #expect(request.head.method.rawValue == method)
            #expect(request.head.uri == path)
            #expect(request.header("content-length") == (method == "POST" ? "0" : nil))
            #expect(request.header("transfer-encoding") == nil)
        }
    }

    @Test func aStreamedResponseIsFoundByItsID() async throws {
        try await withProxy(script: { request, reply in
            guard request.head.method == .POST else { return try await reply.answer(Self.response) }
            #expect(request.header("accept-encoding") == nil)
            try await reply.head()
            // Cut in the middle of the id.
            try await reply.chunk("event: response.created\ndata: {\"response\": {\"id\": \"resp_str")
            try await reply.chunk("eamed\"}}\n\n")
            try await reply.end()
        }) { proxy in
            let client = try await proxy.client()
            try await client.send(
                proxy.chat(
                    #"{"model":"demo","input":"hello","stream":true}"#, headers: ["accept-encoding: gzip"],
                    path: "/v1/responses"))
            #expect(try await client.response().body.hasSuffix("\"resp_streamed\"}}\n\n"))
            try await client.send(proxy.bare("GET", "/v1/responses/resp_streamed"))
            #expect(try await client.response().status == 200)
        }
    }

    @Test func theQuerysModelSaysWhoseResponseItIsAfterARestart() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.bare("GET", "/v1/responses/resp_1?model=demo"))
            #expect(try await client.response().status == 200)
            try await client.send(proxy.bare("GET", "/v1/responses/resp_1?model=nobody"))
            #expect(try await client.response().body.contains("model_not_found"))
        }
    }

    @Test func aFormIsRoutedByItsModelField() async throws {
        var backend = ProxyFixture.demo
        backend.forwardModelEnv = "LLM_MODEL"
        backend.sessionField = "session_id"
        let form = { @Sendable (model: String) in
            "--b7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n\0model\r\n--b\r\n"
                + "\r\n--b7\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\(model)\r\n--b7--\r\n"
        }
        try await withProxy(backend: backend, forwardModel: "whisper") { proxy in
            let client = try await proxy.client()
            let headers = ["content-type: multipart/form-data; boundary=b7"]
            try await client.send(proxy.chat(form("demo"), headers: headers, path: "/v1/audio/transcriptions"))
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.requests.map(\.body) == [form("whisper")])
            #expect(
                proxy.upstream.requests.first?.header("content-length") == String(form("whisper").utf8.count))
            #expect(proxy.upstream.requests.first?.header("content-type") == "multipart/form-data; boundary=b7")

            try await client.send(proxy.chat(form("nobody"), headers: headers, path: "/v1/audio/transcriptions"))
            #expect(try await client.response().status == 404)
        }
    }

    @Test(arguments: [
        ("multipart/form-data", "--b\r\n\r\nx\r\n--b--", "invalid_multipart"),
        ("multipart/form-data; boundary=b", "{}", "invalid_multipart"),
        ("multipart/form-data; boundary=b", "--b\r\n\r\nx\r\n--b--", "missing_required_parameter"),
    ])
    func aFormThatCannotBeRoutedIsRefused(type: String, body: String, code: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(body, headers: ["content-type: \(type)"]))
            let response = try await client.response()
            #expect(response.status == 400)
            #expect(response.body.contains(#""code":"\#(code)""#))
        }
    }

    @Test(arguments: [("gzip", 415), ("identity", 200)])
    func anEncodedBodyIsRefused(encoding: String, status: Int) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(headers: ["content-encoding: \(encoding)"]))
            let response = try await client.response()
            #expect(response.status == status)
            #expect(response.body.contains("unsupported_content_encoding") == (status == 415))
        }
    }

    @Test(arguments: ["/healthz", "/v1/models"])
    func whatIsNotProxiedIsNot(path: String) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.bare("GET", path))
            #expect(try await client.response().status == 200)
            #expect(proxy.upstream.requests.isEmpty)
        }
    }

    @Test func aTokenReachesItsBackendsOnly() async throws {
        try await withProxy(tokens: TwoTokens()) { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(token: "ags_demo"))
            #expect(try await client.response().status == 200)
            try await client.send(proxy.chat(token: "ags_other"))
            let foreign = try await client.response()
            #expect(foreign.status == 404)
            #expect(foreign.body.contains("model_not_found"))
            try await client.send(proxy.bare("GET", "/v1/responses/resp_1?model=demo", token: "ags_other"))
            #expect(try await client.response().status == 404)
            try await client.send(proxy.chat(token: "ags_nobody"))
            #expect(try await client.response().status == 401)
            #expect(proxy.upstream.requests.count == 1)
        }
    }
}
