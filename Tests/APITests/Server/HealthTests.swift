import Foundation
import HTTPTypes
import Spec
import Testing

@Suite struct HealthTests {
    @Test func healthNeedsNoSessionAndListsTheBackends() async throws {
        try await World().run { browser async throws in
            let reply = try await browser.get("/healthz")
            #expect(reply.status == 200)
            #expect(reply["ok"] as? Bool == true)
            #expect(reply["backends"] as? [String] == ["demo", "slow", "gone"])
            #expect(reply["prepull_status._disabled"] is String)
            #expect((reply["conditions"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func aRejectedEditIsShownWithFileAndLine() async throws {
        let world = World()
        world.configuration.reject([
            ConfigProblem(
                file: "stack.yaml", line: 12, path: "listen.port", message: "is not a port.",
                remedy: "Write 1 to 65535.")
        ])
        try await world.run { browser async throws in
            let reply = try await browser.get("/healthz")
            #expect(reply.status == 200)
            #expect(reply["conditions.0.type"] as? String == "ConfigInvalid")
            #expect((reply["conditions.0.message"] as? String)?.contains("stack.yaml:12") == true)
            #expect(try await browser.get("/readyz").status == 200)
        }
    }

    @Test func readinessFollowsTheStoreAndTheDaemon() async throws {
        let world = World()
        try await world.run { browser async throws in
            #expect(try await browser.get("/readyz").status == 200)
            world.runners.setEngineProblem("connect: no such file")
            let away = try await browser.get("/readyz")
            #expect(away.status == 503)
            #expect(away["conditions.0.type"] as? String == "DaemonUnreachable")
            #expect(try await browser.get("/healthz").status == 200)
            world.runners.setEngineProblem(nil)
            world.storeIsHealthy.value = false
            #expect(try await browser.get("/readyz")["conditions.0.type"] as? String == "StoreUnavailable")
            world.storeIsHealthy.value = true
            #expect(try await browser.get("/readyz").status == 200)
        }
    }

    @Test func metricsAreText() async throws {
        try await World().run { browser async throws in
            let reply = try await browser.get("/metrics")
            #expect(reply.text == "operatord_up 1\n")
            #expect(reply.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}
