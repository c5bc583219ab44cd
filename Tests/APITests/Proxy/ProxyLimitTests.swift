import Spec
import Testing

@testable import API

/// 429 as a client gets it.
@Suite(.timeLimit(.minutes(1)))
struct ProxyLimitTests {
    @Test func tooManyRequestsAMinuteAre429() async throws {
        try await withProxy(tokens: TwoTokens(), requestLimits: .init(token: .init(perMinute: 2))) { proxy in
            let client = try await proxy.client()
            for _ in 0..<2 {
                try await client.send(proxy.chat(token: "ags_demo"))
                #expect(try await client.response().status == 200)
            }
            try await client.send(proxy.chat(token: "ags_demo"))
            let refusal = try await client.response()
            #expect(refusal.status == 429)
            #expect(refusal.headers["retry-after"] == "30")
            #expect(
                refusal.body
                    == #"{"error":{"message":"This API token may send 2 requests a minute; try again in 30 seconds.","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"#
            )
            // The same user's session is not limited, and the connection goes on.
            try await client.send(proxy.chat())
            #expect(try await client.response().status == 200)
        }
    }

    @Test func oneRequestTooManyAtATimeIs429UntilAnotherEnds() async throws {
        let (asked, proceed) = (Signal(), Signal())
        try await withProxy(
            requestLimits: .init(user: .init(concurrent: 1)),
            script: { request, reply in
                if request.connection == 1 {
                    asked.set()
                    try await proceed.wait()
                }
                try await reply.answer("{}")
            }
        ) { proxy in
            let (first, second) = (try await proxy.client(), try await proxy.client())
            try await first.send(proxy.chat())
            try await asked.wait()
            try await second.send(proxy.chat())
            let refusal = try await second.response()
            #expect(refusal.status == 429)
            #expect(refusal.headers["retry-after"] == "1")
            #expect(refusal.body.contains("This user may have 1 requests at a time"))
            #expect(refusal.body.contains("concurrency_limit_exceeded"))
            proceed.set()
            #expect(try await first.response().status == 200)
            try await second.send(proxy.chat())
            #expect(try await second.response().status == 200)
        }
    }

    @Test func aClientThatLeavesIsNotCountedAnyMore() async throws {
        try await withProxy(requestLimits: .init(user: .init(concurrent: 1))) { proxy in
            proxy.gate.setReady(nil)
            let first = try await proxy.client()
            try await first.send(proxy.chat())
            try await proxy.gate.someoneWaits.wait()
            await first.close()
            try await proxy.gate.someoneLeft.wait()
            proxy.gate.setReady(proxy.endpoint)
            let second = try await proxy.client()
            try await second.send(proxy.chat())
            #expect(try await second.response().status == 200)
        }
    }
}
