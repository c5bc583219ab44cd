import API
import HTTPTypes
import Spec
import Testing

@Suite struct ErrorShapeTests {
    @Test(arguments: ["/api/nothing", "/auth/nothing", "/nothing", "/%2e%2e/etc/passwd"])
    func unknownPathsAre404WithDetail(path: String) async throws {
        try await World().run { browser async throws in
            let reply = try await browser.get(path)
            #expect(reply.status == 404)
            #expect(reply.code == "not_found")
            #expect(reply["detail"] is String)
            #expect(reply["request_id"] as? String == reply.headers[.requestID])
        }
    }

    @Test func underV1TheyAreOpenAIErrors() async throws {
        try await World().run { browser async throws in
            let reply = try await browser.get("/v1/nothing")
            #expect(reply.status == 404)
            #expect(reply["error.code"] as? String == "not_found")
            #expect(reply["error.type"] as? String == "invalid_request_error")
            #expect(reply.text.contains(#""param":null"#))
            let signedOut = try await browser.get("/v1/models")
            #expect(signedOut.status == 401)
            #expect(signedOut["error.type"] as? String == "authentication_error")
        }
    }

    @Test func anotherMethodIs405AndNamesThoseThereAre() async throws {
        try await World().run { browser async throws in
            let reply = try await browser.send(.delete, "/auth/login")
            #expect(reply.status == 405)
            #expect(reply.headers[.allow] == "POST")
            #expect(reply.code == "method_not_allowed")
            #expect(try await browser.send(.put, "/healthz").headers[.allow] == "GET, HEAD")
            #expect(try await browser.send(.head, "/healthz").status == 200)
        }
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
    func aBodyThatIsNotSaidToBeJSONIsRefused(type: String) async throws {
        try await World().run { browser async throws in
            let reply = try await browser.post(
                "/auth/login", #"{"email":"a@b","password":"x"}"#, headers: [.contentType: type])
            #expect(reply.status == 415)
            #expect(reply.code == "unsupported_media_type")
        }
    }

    @Test func jsonWithACharsetIsJSON() async throws {
        try await World().run { browser async throws in
            let reply = try await browser.post(
                "/auth/login", #"{"email":"a@b","password":"x"}"#,
                headers: [.contentType: "application/json; charset=utf-8"])
            #expect(reply.status == 401)
        }
    }

    @Test func aBodyOverTheLimitIs413() async throws {
        try await World().run { browser async throws in
            let long = String(repeating: "x", count: 70_000)
            #expect(try await browser.post("/auth/login", #"{"email":"\#(long)"}"#).status == 413)
        }
    }

    @Test(arguments: [
        "\"", "{\"a\":", "{\"email\":\"\\ud800\"}", "[[[[", "nul", "{\"email\":\"a@b\",\"password\":1e400}",
    ])
    func brokenJSONIsNeverAServerError(body: String) async throws {
        try await World().run { browser async throws in
            let reply = try await browser.post("/auth/login", body)
            #expect((400...422).contains(reply.status))
        }
    }

    @Test func everyAnswerHasARequestIDAndASaneOneOfTheClientIsKept() async throws {
        try await World().run { browser async throws in
            #expect(try await browser.get("/healthz").headers[.requestID]?.hasPrefix("req_") == true)
            #expect(try await browser.get("/api/no", headers: [.requestID: "abc-1"]).headers[.requestID] == "abc-1")
            for bad in ["a b", String(repeating: "x", count: 129), "\u{e9}", "<script>"] {
                let id = try await browser.get("/healthz", headers: [.requestID: bad]).headers[.requestID]
                #expect(id?.hasPrefix("req_") == true)
            }
        }
    }

    @Test(arguments: ["/healthz", "/nothing", "/api/runners", "/v1/models"])
    func everyAnswerHasSecurityHeaders(path: String) async throws {
        try await World().run { browser async throws in
            let headers = try await browser.get(path).headers
            #expect(headers[.xContentTypeOptions] == "nosniff")
            #expect(headers[HTTPField.Name("x-frame-options")!] == "DENY")
            #expect(headers[HTTPField.Name("referrer-policy")!] == "same-origin")
            #expect(headers[.contentSecurityPolicy]?.contains("frame-ancestors 'none'") == true)
            #expect(headers[.cacheControl] == "no-store")
        }
    }

    @Test(
        arguments: [
            (GateError.missingValues(["A", "B"]), 422, "missing_values", nil),
            (.backendUnavailable("x"), 404, "backend_unavailable", nil),
            (
                .failed(
                    RunnerFailure(reason: .imageMissing, message: "no image x:1", at: .epoch), retryAfterSeconds: 6),
                502, "runner_failed", 6
            ),
            (
                .failed(
                    RunnerFailure(reason: .notReady, message: "not ready in 90 s", at: .epoch), retryAfterSeconds: nil),
                504, "runner_not_ready", nil
            ),
            (.queueFull(retryAfterSeconds: 3), 503, "queue_full", 3),
            (.stillStarting(nil), 503, "runner_starting", 2),
            (.withdrawn("stopped by its user"), 503, "runner_stopped", nil),
            (.engineUnavailable("no socket"), 503, "engine_unavailable", 5),
            (.shuttingDown, 503, "shutting_down", 5),
        ] as [(GateError, Int, String, Int?)])
    func aRefusedLeaseHasItsStatus(error: GateError, status: Int, code: String, retryAfter: Int?) {
        let failure = APIFailure(error)
        #expect(failure.status == status)
        #expect(failure.code == code)
        #expect(failure.retryAfterSeconds == retryAfter)
    }

    @Test func aFailedStartShowsItsLastLines() {
        let failure = RunnerFailure(
            reason: .exited, message: "exited with 1", logTail: ["config.yaml: bad"], at: .epoch)
        #expect(APIFailure(.failed(failure, retryAfterSeconds: nil)).message == "exited with 1\nconfig.yaml: bad")
    }
}
