import Foundation
import HTTPTypes
import Spec
import Testing

/// One runner, its log, its history and its recycling.
@Suite struct RunnerRecordTests {
    private let id = RunnerID(user: "alice", backend: "demo")

    private func event(_ reason: String, _ lines: [String] = []) -> RunnerEvent {
        RunnerEvent(
            runner: id, at: Timestamp(milliseconds: 1_800_000_000_999), reason: reason, message: "it \(reason)",
            logTail: lines)
    }

    @Test func oneRunnerIsShownAsInTheList() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            let now = world.clock.now()
            world.runners.set(
                RunnerStatus(id: id, phase: .ready, lastActive: now, heldBy: ["1 request"], stopsAt: now + .seconds(60))
            )
            let reply = try await browser.get("/api/runners/demo")
            #expect(reply["runner.phase"] as? String == "ready")
            #expect(reply["runner.stops_in_seconds"] as? Int == 60)
            #expect(reply["runner.idle_in"] as? Int == 60)
            #expect(reply["runner.held_by"] as? [String] == ["1 request"])
        }
    }

    @Test func oneThatDoesNotExistIsStopped() async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.get("/api/runners/slow")
            #expect(reply.status == 200)
            #expect(reply["runner.phase"] as? String == "stopped")
            #expect(reply["runner.running"] as? Bool == false)
            #expect(reply["runner.last_active"] is NSNull)
            #expect(reply["runner.idle_for_seconds"] as? Int == 0)
            #expect(reply["runner.idle_in"] is NSNull)
        }
    }

    @Test func theLogIsThatOfTheContainer() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            world.runners.setLog(of: id, RunnerLog(containerName: "demo-alice", lines: (1...300).map { "line \($0)" }))
            world.runners.setEvents(of: id, [event("Failed", ["old"])])
            let reply = try await browser.get("/api/runners/demo/logs")
            #expect(reply["container"] as? String == "demo-alice")
            #expect((reply["lines"] as? [String])?.count == 200)
            #expect(try await browser.get("/api/runners/demo/logs?tail=1")["lines"] as? [String] == ["line 300"])
        }
    }

    @Test func withoutAContainerTheLogIsWhatTheLastOneLeft() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            world.runners.setEvents(of: id, [event("Reaped"), event("Exited", ["a", "b"]), event("Created")])
            var reply = try await browser.get("/api/runners/demo/logs?tail=1")
            #expect(reply["container"] is NSNull)
            #expect(reply["lines"] as? [String] == ["b"])
            // What an earlier container left is not the last one's.
            world.runners.setEvents(of: id, [event("Reaped"), event("Created"), event("Failed", ["older"])])
            reply = try await browser.get("/api/runners/demo/logs")
            #expect(reply["lines"] as? [String] == [])
        }
    }

    @Test func anEngineThatIsAwayIsSaidAndNotTakenForSilence() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            world.runners.failLogs(with: .unreachable("no socket"))
            let reply = try await browser.get("/api/runners/demo/logs")
            #expect(reply.status == 503)
            #expect(reply.code == "engine_unavailable")
        }
    }

    @Test func theHistoryIsNewestFirst() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            world.runners.setEvents(of: id, [event("Exited", ["boom"]), event("Created")])
            let reply = try await browser.get("/api/runners/demo/events")
            #expect(reply["events.0.reason"] as? String == "Exited")
            #expect(reply["events.0.message"] as? String == "it Exited")
            #expect(reply["events.0.log_tail"] as? [String] == ["boom"])
            #expect(reply["events.0.at"] as? Int == 1_800_000_000)
            #expect((try await browser.get("/api/runners/demo/events?limit=1")["events"] as? [Any])?.count == 1)
        }
    }

    @Test(
        arguments: ["logs?tail=0", "logs?tail=2001", "logs?tail=x", "logs?tail=", "events?limit=0", "events?limit=201"])
    func aNumberOutOfRangeIsRefused(query: String) async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            #expect(try await browser.get("/api/runners/demo/\(query)").status == 400)
        }
    }

    @Test func onlyWhatExistsIsRecycled() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            #expect(try await browser.post("/api/runners/demo/recycle")["recycled"] as? Bool == false)
            world.runners.set(RunnerStatus(id: id, phase: .ready))
            #expect(try await browser.post("/api/runners/demo/recycle")["recycled"] as? Bool == true)
            #expect(try await browser.post("/api/runners/nope/recycle").code == "backend_not_found")
        }
    }
}
