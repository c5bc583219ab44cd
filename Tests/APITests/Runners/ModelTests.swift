import Spec
import Testing

@Suite struct ModelTests {
    @Test func modelsAreNamesAndAliasesOfWhatIsOffered() async throws {
        let world = World()
        try await world.run { browser async throws in
            try await browser.signUp()
            world.runners.set(RunnerStatus(id: RunnerID(user: "alice", backend: "demo"), phase: .ready))
            let reply = try await browser.get("/v1/models")
            #expect(reply["object"] as? String == "list")
            let ids = (reply["data"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
            #expect(ids == ["demo", "demo/echo", "parrot", "slow"])
            #expect(reply["data.2.object"] as? String == "model")
            #expect(reply["data.2.owned_by"] as? String == "agent-stack")
            #expect(reply["data.2.root"] as? String == "demo")
            #expect(reply["data.2.display_name"] as? String == "Demo")
            #expect(reply["data.2.running"] as? Bool == true)
            #expect(reply["data.3.running"] as? Bool == false)
            #expect(reply["data.0.created"] is Int)
        }
    }

    @Test(arguments: ["demo", "demo/echo", "demo%2Fecho", "parrot", "demo/anything/else"])
    func oneModelIsFoundByAnyNameItIsServedUnder(path: String) async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.get("/v1/models/\(path)")
            #expect(reply.status == 200)
            #expect(reply["root"] as? String == "demo")
        }
    }

    @Test(arguments: ["nope", "gone", "demonstration", "parrot/x"])
    func anUnknownModelIs404(path: String) async throws {
        try await World().run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.get("/v1/models/\(path)")
            #expect(reply.status == 404)
            #expect(reply["error.code"] as? String == "model_not_found")
            #expect(reply["error.param"] as? String == "model")
        }
    }
}
