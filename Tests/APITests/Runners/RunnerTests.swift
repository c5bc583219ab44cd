import Foundation
import HTTPTypes
import Spec
import Testing

@Suite struct RunnerTests {
    private let id = RunnerID(user: "alice", backend: "demo")

    @Test func backendsAreListedWithoutTheirSecrets() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.get("/api/backends")
            #expect(reply["backends.0.name"] as? String == "demo")
            #expect(reply["backends.0.display_name"] as? String == "Demo")
            #expect(reply["backends.0.models"] as? [String] == ["demo", "demo/echo", "parrot"])
            #expect(reply["backends.0.default_idle_seconds"] as? Int == 600)
            #expect(reply["backends.1.default_idle_seconds"] as? Int == 120)
            #expect(reply["backends.0.user_overridable_env"] as? [String] == ["LLM_API_KEY"])
            #expect(reply["backends.2.disabled"] as? Bool == true)
            #expect(!reply.text.contains("hidden"))
        }
    }

    @Test func startingAnswersTheUsableRunner() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.post("/api/runners/demo/start")
            #expect(reply.status == 200)
            #expect(reply["runner.backend"] as? String == "demo")
            #expect(reply["runner.container_name"] as? String == "agstack-demo-alice")
            #expect(reply["runner.running"] as? Bool == true)
            #expect(try await browser.post("/api/runners/demo/start").status == 200)
        }
    }

    @Test func aRunnerIsListedWithItsTimes() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            let now = world.clock.now()
            world.runners.set(
                RunnerStatus(
                    id: id, phase: .ready,
                    conditions: [
                        Condition(
                            kind: .ready, truth: .yes, reason: "Probed", message: "it answers", since: now,
                            observedGeneration: 3)
                    ], startedAt: now, lastActive: now, stopsAt: now + .seconds(600)))
            world.clock.advance(by: .milliseconds(100_500))
            let reply = try await browser.get("/api/runners")
            #expect(reply["runners.0.backend"] as? String == "demo")
            #expect(reply["runners.0.container_name"] as? String == "agstack-demo-alice")
            #expect(reply["runners.0.started_at"] as? Int == 1_800_000_000)
            #expect(reply["runners.0.last_active"] as? Int == 1_800_000_000)
            #expect(reply["runners.0.idle_seconds"] as? Int == 600)
            #expect(reply["runners.0.idle_for_seconds"] as? Int == 100)
            #expect(reply["runners.0.stops_in_seconds"] as? Int == 499)
            #expect(reply["runners.0.running"] as? Bool == true)
            #expect(reply["runners.0.phase"] as? String == "ready")
            #expect(reply["runners.0.conditions.0.type"] as? String == "Ready")
            #expect(reply["runners.0.conditions.0.observed_generation"] as? Int == 3)
        }
    }

    @Test func aRunnerThatIsNeverStoppedSaysNullAndAFailedOneIsNotRunning() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            let failure = RunnerFailure(reason: .exited, message: "exited with 1", logTail: ["boom"], at: .epoch)
            world.runners.set(RunnerStatus(id: id, phase: .failed, failure: failure))
            world.runners.set(RunnerStatus(id: RunnerID(user: "alice", backend: "slow"), phase: .stopped))
            world.runners.set(RunnerStatus(id: RunnerID(user: "bob", backend: "demo"), phase: .ready))
            let reply = try await browser.get("/api/runners")
            #expect((reply["runners"] as? [Any])?.count == 1)
            #expect(reply["runners.0.running"] as? Bool == false)
            #expect(reply["runners.0.stops_in_seconds"] is NSNull)
            #expect(reply["runners.0.failure.log_tail"] as? [String] == ["boom"])
        }
    }

    @Test func anUnknownBackendIs404Everywhere() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            #expect(try await browser.post("/api/runners/nope/start").code == "backend_not_found")
            #expect(try await browser.send(.delete, "/api/runners/nope").status == 404)
            #expect(try await browser.send(.put, "/api/runners/nope/idle", #"{"idle_seconds":1}"#).status == 404)
            #expect(try await browser.get("/api/runners/nope/progress").status == 404)
        }
    }

    @Test(
        arguments: [
            (GateError.missingValues(["LLM_API_KEY", "LLM_MODEL"]), 422, "Settings → Backend API keys"),
            (
                .failed(
                    RunnerFailure(reason: .imageMissing, message: "no image demo:1", at: .epoch), retryAfterSeconds: nil
                ), 502, "demo:1"
            ),
            (
                .failed(
                    RunnerFailure(reason: .notReady, message: "not ready in 90 s", at: .epoch), retryAfterSeconds: nil),
                504, "90 s"
            ),
            (.stillStarting(nil), 504, "still starting"),
            (.engineUnavailable("no socket"), 503, "no socket"),
        ] as [(GateError, Int, String)])
    func aFailedStartSaysWhy(error: GateError, status: Int, words: String) async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            world.runners.failStarts(with: error)
            let reply = try await browser.post("/api/runners/demo/start")
            #expect(reply.status == status)
            #expect((reply["detail"] as? String)?.contains(words) == true)
        }
    }

    @Test func stoppingTellsWhetherThereWasSomething() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            #expect(try await browser.send(.delete, "/api/runners/demo")["stopped"] as? Bool == false)
            _ = try await browser.post("/api/runners/demo/start")
            #expect(try await browser.send(.delete, "/api/runners/demo")["stopped"] as? Bool == true)
        }
    }

    @Test(arguments: [(0, 0), (-5, 0), (1, 60), (60, 60), (3600, 3600), (21_601, 21_600), (Int.max, 21_600)])
    func idleTimesAreClamped(asked: Int, stored: Int) async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.send(.put, "/api/runners/demo/idle", #"{"idle_seconds":\#(asked)}"#)
            #expect(reply.status == 200)
            #expect(reply["idle_seconds"] as? Int == stored)
            #expect(try await world.runners.idleSeconds(ofUser: "alice") == ["demo": stored])
            #expect(try await browser.get("/api/backends")["backends.0.idle_seconds"] as? Int == stored)
        }
    }

    @Test func theLeastIdleTimeIsConfigurable() async throws {
        let world = World()
        world.configuration.edit { $0.stack.runners.minIdleSeconds = 2 }
        try await world.run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.send(.put, "/api/runners/demo/idle", #"{"idle_seconds":1}"#)
            #expect(reply["idle_seconds"] as? Int == 2)
        }
    }

    @Test(arguments: ["{}", #"{"idle_seconds":"60"}"#, #"{"idle_seconds":1.5}"#, #"{"idle_seconds":null}"#, "[]"])
    func anIdleTimeThatIsNoNumberIsRefused(body: String) async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.send(.put, "/api/runners/demo/idle", body)
            #expect([400, 422].contains(reply.status))
        }
    }
}
