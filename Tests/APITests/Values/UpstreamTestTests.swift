import Foundation
import HTTPTypes
import Spec
import Testing

/// `POST /api/me/env-overrides/test`, over the real store and a real upstream.
@Suite struct UpstreamTestTests {
    private let path = "/api/me/env-overrides/test"
    private let upstream = UpstreamFixture()

    @Test func theEffectiveValuesAreTriedOut() async throws {
        let world = try ValueWorld()
        try await upstream.run { base in
            world.stored.world.configuration.edit { $0.stack.sharedEnv = ["LLM_BASE_URL": Secret(base)] }
            try await world.run { browser async throws in
                try await browser.signUp()
                _ = try await browser.put("LLM_API_KEY", "sk-alice-1234")
                let reply = try await browser.post(path, #"{"backend":"two"}"#)
                #expect(reply.status == 200)
                #expect(reply["ok"] as? Bool == true)
                #expect(reply["status"] as? Int == 200)
                #expect(reply["models"] as? [String] == ["model-a", "model-b"])
                #expect(
                    reply["variables"] as? [String: String] == ["LLM_BASE_URL": "stack", "LLM_API_KEY": "global"])
                #expect(try #require(reply["milliseconds"] as? Int) >= 0)
                #expect(!reply.text.contains("sk-alice-1234"))
            }
        }
        #expect(upstream.requests.first?[.authorization] == "Bearer sk-alice-1234")
    }

    @Test func aMissingValueIsNamedAndNobodyIsAsked() async throws {
        try await ValueWorld().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.post(path, #"{"backend":"two"}"#)
            #expect(reply["ok"] as? Bool == false)
            #expect(reply["status"] is NSNull)
            let message = try #require(reply["message"] as? String)
            #expect(message.contains("LLM_API_KEY") && message.contains("Settings → Backend API keys"))
            #expect(reply["variables.LLM_API_KEY"] as? String == "unset")
        }
    }

    @Test func aBackendWithoutABaseURLSaysSo() async throws {
        try await ValueWorld().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.post(path, #"{"backend":"plain"}"#)
            #expect(reply["ok"] as? Bool == false)
            #expect((reply["message"] as? String)?.contains("LLM_BASE_URL") == true)
        }
    }

    @Test func aFixedUpstreamOfTheBackendIsTriedOutToo() async throws {
        let world = try ValueWorld()
        try await upstream.run { base in
            world.stored.world.configuration.edit { $0.backends[2].extraEnv = ["LLM_BASE_URL": base] }
            try await world.run { browser async throws in
                try await browser.signUp()
                let reply = try await browser.post(path, #"{"backend":"plain"}"#)
                #expect(reply["ok"] as? Bool == true)
                #expect(reply["variables"] as? [String: String] == [:])
            }
        }
    }

    @Test func onlyTheAdminSendsTheOperatorToItsOwnLoopback() async throws {
        let world = try ValueWorld()
        try await upstream.run { base in
            try await world.run { browser async throws in
                let admin = try await browser.admin(of: world.store)
                try await browser.signUp()
                for person in [browser, admin] {
                    _ = try await person.put("LLM_BASE_URL", base)
                    _ = try await person.put("LLM_API_KEY", "sk-1234")
                }
                #expect(try await browser.post(path, #"{"backend":"two"}"#)["ok"] as? Bool == false)
                #expect(upstream.requests.isEmpty)
                #expect(try await admin.post(path, #"{"backend":"two"}"#)["ok"] as? Bool == true)

                // What the admin shares is the admin's choice.
                _ = try await admin.share("LLM_BASE_URL")
                _ = try await browser.send(.delete, "/api/me/env-overrides/LLM_BASE_URL")
                #expect(try await browser.post(path, #"{"backend":"two"}"#)["ok"] as? Bool == true)
            }
        }
    }

    @Test func anUnknownBackendIsRefused() async throws {
        try await ValueWorld().run { browser async throws in
            #expect(try await browser.post(path, #"{"backend":"two"}"#).status == 401)
            try await browser.signUp()
            #expect(try await browser.post(path, #"{"backend":"nope"}"#).code == "unknown_backend")
            #expect(try await browser.post(path, "{}").status == 422)
        }
    }

    @Test func whoTestsWithoutEndIsStopped() async throws {
        try await ValueWorld().run { browser async throws in
            try await browser.signUp()
            for _ in 1...20 { #expect(try await browser.post(path, #"{"backend":"two"}"#).status == 200) }
            let refused = try await browser.post(path, #"{"backend":"two"}"#)
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] != nil)
            let other = try await browser.another("bob")
            #expect(try await other.post(path, #"{"backend":"two"}"#).status == 200)
        }
    }
}
