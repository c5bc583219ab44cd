import Spec
import Testing

@testable import API

/// Who a request on a kept connection is of: what was found for an earlier one counts only while it holds.
@Suite(.timeLimit(.minutes(1)))
struct ProxySenderTests {
    enum Way: CaseIterable { case bearer, cookie }
    enum End: CaseIterable { case disabled, signedOutEverywhere }

    @Test(arguments: Way.allCases, End.allCases)
    func aSessionThatEndedLetsNobodyInOnTheSameConnection(way: Way, end: End) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            for _ in 0..<3 {
                try await client.send(proxy.chat(by: way))
                #expect(try await client.response().status == 200)
            }
            proxy.account.change { account in
                switch end {
                case .disabled: account.disabled = true
                case .signedOutEverywhere: account.sessionEpoch += 1
                }
            }
            try await client.send(proxy.chat(by: way))
            #expect(try await client.response().status == 401)
            #expect(proxy.upstream.requests.count == 3)
        }
    }

    @Test(arguments: Way.allCases)
    func anotherHeaderOnTheSameConnectionIsLookedAtForItself(way: Way) async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(by: way))
            #expect(try await client.response().status == 200)
            try await client.send(proxy.chat(by: way, token: proxy.token + "x"))
            #expect(try await client.response().status == 401)
        }
    }

    @Test func aCookieOfAnotherSitesPageProvesNothingAfterOneThatDid() async throws {
        try await withProxy { proxy in
            let client = try await proxy.client()
            try await client.send(proxy.chat(by: .cookie))
            #expect(try await client.response().status == 200)
            try await client.send(proxy.chat(by: .cookie, headers: ["origin: https://elsewhere.example"]))
            #expect(try await client.response().status == 403)
        }
    }

    @Test func theSessionIsFoundAmongOtherCookies() async throws {
        try await withProxy { proxy in
            for cookies in [
                "a=1;\tagent_stack_session=\(proxy.token) ; b=2",
                "agent_stack_session=x.y.z;agent_stack_session=\(proxy.token)",
                "agent_stack_session_2=x.y.z; ü=1; agent_stack_session=\(proxy.token)",
            ] {
                let client = try await proxy.client()
                try await client.send(proxy.chat(cookies: cookies))
                #expect(try await client.response().status == 200, "\(cookies)")
            }
            let client = try await proxy.client()
            try await client.send(proxy.chat(cookies: "agent_stack_sessions=\(proxy.token)"))
            #expect(try await client.response().status == 401)
        }
    }
}

extension ProxyFixture {
    fileprivate func chat(by way: ProxySenderTests.Way, token: String? = nil, headers: [String] = []) -> String {
        let token = token ?? self.token
        return switch way {
        case .bearer: chat(headers: headers, token: token)
        case .cookie: chat(cookies: "agent_stack_session=\(token)", headers: headers)
        }
    }

    fileprivate func chat(cookies: String, headers: [String] = []) -> String {
        let body = #"{"model":"demo","messages":[]}"#
        let fixed = ["host: localhost", "cookie: \(cookies)", "content-length: \(body.utf8.count)"]
        return "POST /v1/chat/completions HTTP/1.1\r\n" + (fixed + headers).joined(separator: "\r\n") + "\r\n\r\n"
            + body
    }
}
