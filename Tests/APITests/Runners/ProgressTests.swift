import Foundation
import HTTPTypes
import Spec
import Testing

@Suite struct ProgressTests {
    private let id = RunnerID(user: "alice", backend: "demo")

    @Test func aRunnerThatRunsIsReadyAtOnceAndTheStreamEnds() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            world.runners.set(RunnerStatus(id: id, phase: .ready))
            let reply = try await browser.get("/api/runners/demo/progress")
            #expect(reply.headers[.contentType] == "text/event-stream; charset=utf-8")
            #expect(
                reply.text == """
                    data: {"message":"ready","progress":100,"stage":"snapshot"}

                    data: {"message":"ready","progress":100,"stage":"ready"}


                    """)
        }
    }

    @Test func theSnapshotComesFirstThenEachStepToTheEndAndNeverBackwards() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            let (steps, step) = AsyncStream.makeStream(of: StartProgress.self)
            world.runners.setProgress(of: id, steps)
            step.yield(StartProgress(stage: .queued, percent: 5, message: "queued"))
            step.yield(StartProgress(stage: .imagePull, percent: 40, message: "pulling", detail: "1 of 2 layers"))
            step.yield(StartProgress(stage: .creating, percent: 20, message: "creating"))
            step.yield(StartProgress(stage: .error, percent: 20, message: "exited with 1"))
            // Not finished: the answer must end because of `error`, not because the source ended.
            let reply = try await browser.get("/api/runners/demo/progress")
            let events = reply.text.split(separator: "\n").map(String.init)
            #expect(
                events == [
                    #"data: {"message":"not running","progress":0,"stage":"snapshot"}"#,
                    #"data: {"message":"queued","progress":5,"stage":"queued"}"#,
                    #"data: {"detail":"1 of 2 layers","message":"pulling","progress":40,"stage":"image_pull"}"#,
                    #"data: {"message":"creating","progress":40,"stage":"creating"}"#,
                    #"data: {"message":"exited with 1","progress":40,"stage":"error"}"#,
                ])
            step.finish()
        }
    }

    @Test func tenSecondsOfSilenceAreFilledWithAComment() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            let (steps, step) = AsyncStream.makeStream(of: StartProgress.self)
            world.runners.setProgress(of: id, steps)
            async let reply = browser.get("/api/runners/demo/progress")
            for _ in 1...2 {
                while world.clock.sleeperCount == 0 { await Task.yield() }
                world.clock.advance(by: .seconds(10))
            }
            while world.clock.sleeperCount == 0 { await Task.yield() }
            step.yield(StartProgress(stage: .ready, percent: 100, message: "ready"))
            let text = try await reply.text
            #expect(text.components(separatedBy: ": keep-alive\n\n").count == 3)
            #expect(text.hasSuffix("\"stage\":\"ready\"}\n\n"))
        }
    }

    @Test func aUserWhoIsDisabledSeesNoMoreOfIt() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            let user = try #require(world.accounts.account(slug: "alice")).id
            let (steps, step) = AsyncStream.makeStream(of: StartProgress.self)
            world.runners.setProgress(of: id, steps)
            async let reply = browser.get("/api/runners/demo/progress")
            while world.clock.sleeperCount == 0 { await Task.yield() }
            world.accounts.change(user) { $0.disabled = true }
            step.yield(StartProgress(stage: .creating, percent: 20, message: "creating"))
            // Neither the source nor a last stage ends it.
            #expect(try await !reply.text.contains("creating"))
            step.finish()
        }
    }
}
