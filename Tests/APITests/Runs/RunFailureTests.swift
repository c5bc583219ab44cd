import NIOHTTP1
import Spec
import Testing

@testable import API

/// What may go wrong with a run, and what is kept of it.
@Suite struct RunFailureTests {
    @Test func oneRunAtATimeWritesIntoAConversation() async throws {
        try await RunWorld.run { _, reply in
            await reply.untilClosed()
        } _: { world in
            let conversation = try await world.conversation()
            let begun = try await world.begin(in: conversation)
            await #expect(throws: ChatError.runActive(begun.run.id)) { try await world.begin(in: conversation) }
        }
    }

    @Test func aUserHasSoManyRunsAtOnceAndRoomAgainWhenOneEnds() async throws {
        try await RunWorld.run(limits: RunLimits(perUser: 2, perProcess: 10)) { _, reply in
            await reply.untilClosed()
        } _: { world in
            let first = try await world.begin()
            try await world.begin()
            await #expect(throws: APIFailure.tooManyRuns(limit: 2)) { try await world.begin() }
            _ = try await world.runs.stop(first.run.id, owner: world.account.id)
            try await world.begin()
        }
    }

    @Test func aRunCountsAgainstTheLimitsOnRequestsUntilItIsOver() async throws {
        let limits = StackSpec.RequestLimits(user: .init(concurrent: 1))
        try await RunWorld.run(limits: RunLimits(perUser: 2, perProcess: 10), requestLimits: limits) { _, reply in
            await reply.untilClosed()
        } _: { world in
            let first = try await world.begin()
            for _ in 0..<3 {
                let refusal = await #expect(throws: APIFailure.self) { try await world.begin() }
                #expect(refusal?.status == 429)
                #expect(refusal?.code == "concurrency_limit_exceeded")
            }
            #expect(world.store.count.begun == 1)
            _ = try await world.runs.stop(first.run.id, owner: world.account.id)
            try await world.begin()
        }
    }

    @Test func withoutItsUpstreamValuesNothingIsWritten() async throws {
        let backend = BackendSpec(
            name: "demo", image: "demo:1", internalPort: 80, userOverridableEnv: ["LLM_MODEL", "LLM_API_KEY"])
        try await RunWorld.run(backend: backend) { _, reply in
            await reply.untilClosed()
        } _: { world in
            let conversation = try await world.conversation()
            await #expect(throws: GateError.missingValues(["LLM_API_KEY", "LLM_MODEL"])) {
                try await world.begin(in: conversation)
            }
            let after = try await world.store.conversation(conversation.id, owner: world.account.id)
            #expect(after.messageCount == 0)
        }
    }

    @Test func aBackendThatIsGoneAndAModelOfAnotherOneAreRefused() async throws {
        try await RunWorld.run { _, reply in
            await reply.untilClosed()
        } _: { world in
            let conversation = try await world.conversation()
            await #expect(throws: APIFailure.unknownModel("other")) {
                try await world.runs.begin(
                    NewRun(conversation: conversation.id, input: .say("hi", parent: nil), model: "other"),
                    in: conversation, of: world.caller)
            }
            world.configuration.edit { $0.backends = [] }
            await #expect(throws: GateError.backendUnavailable("demo")) { try await world.begin(in: conversation) }
            #expect(world.store.count.begun == 0)
        }
    }

    @Test func aStartThatFailsBecomesTheMessageWithTheContainersLastLines() async throws {
        try await RunWorld.run { _, reply in
            await reply.untilClosed()
        } _: { world in
            let reason = RunnerFailure(
                reason: .exited, message: "exited with 1", logTail: ["boom", "bang"], at: .epoch)
            world.gate.answer(.failure(.failed(reason, retryAfterSeconds: 6)))
            let (run, answer) = try await world.ended(world.begin())
            #expect(run.status == .failed)
            #expect(answer.role == .error && answer.status == .failed)
            #expect(
                answer.failure
                    == MessageFailure(
                        status: 502, code: "runner_failed", message: "exited with 1", detail: "boom\nbang",
                        requestID: "req_test", retryAfterSeconds: 6))
        }
    }

    @Test func anErrorOfTheRunnerIsKeptWithoutTheKeysInIt() async throws {
        try await RunWorld.run { _, reply in
            try await reply.answer(#"{"error":{"message":"bad runner-key","code":"nope"}}"#, status: .unauthorized)
        } _: { world in
            let (_, answer) = try await world.ended(world.begin())
            #expect(answer.failure?.status == 401 && answer.failure?.code == "nope")
            #expect(answer.failure?.message == "The runner answered with status 401: bad •••")
            #expect(answer.failure?.detail?.contains("runner-key") == false)
        }
    }

    @Test func aFailureInMidAnswerKeepsTheText() async throws {
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("half")
            try await reply.chunk("data: {\"error\":{\"message\":\"out of tokens\"}}\n\n")
            try await reply.end()
        } _: { world in
            let (run, answer) = try await world.ended(world.begin())
            #expect(run.status == .failed)
            #expect(answer.role == .assistant && answer.content == "half" && answer.status == .failed)
            #expect(answer.failure?.message == "out of tokens")
        }
    }

    @Test func aRunnerThatDiesInMidAnswerIsAFailureWithTheTextKept() async throws {
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("half")
            try await reply.hangUp()
        } _: { world in
            let (_, answer) = try await world.ended(world.begin())
            #expect(answer.content == "half" && answer.failure?.code == "upstream_closed")
        }
    }

    @Test func aRunnerThatDoesNotListenOrHangsUpIsToldApart() async throws {
        try await RunWorld.run { _, reply in
            try await reply.hangUp()
        } _: { world in
            let hungUp = try await world.ended(world.begin()).answer
            #expect(hungUp.failure?.code == "upstream_closed")
            world.gate.answer(.success(ProxyFixture.endpoint(port: 1, forwardModel: nil)))
            let deaf = try await world.ended(world.begin()).answer
            #expect(deaf.failure?.code == "upstream_unreachable")
        }
    }

    @Test func a200ThatItsHeaderSaysFailedIsAFailure() async throws {
        let backend = BackendSpec(
            name: "demo", image: "demo:1", internalPort: 80, failureHeader: "X-Hermes-Completed")
        try await RunWorld.run(backend: backend) { _, reply in
            try await reply.answer(
                #"{"choices":[{"message":{"content":"HTTP 401"}}]}"#, headers: ["x-hermes-completed": "false"])
        } _: { world in
            let (run, answer) = try await world.ended(world.begin())
            #expect(run.status == .failed && answer.failure?.code == "agent_failed")
            #expect(answer.content == "HTTP 401")
        }
    }

    @Test(arguments: [false, true])
    func aRunnerThatIsSilentForTooLongIsLeft(hasBegun: Bool) async throws {
        var proxy = StackSpec.Proxy()
        proxy.firstByteTimeout = .milliseconds(hasBegun ? 10_000 : 200)
        proxy.idleTimeout = .milliseconds(200)
        try await RunWorld.run(proxy: proxy) { _, reply in
            if hasBegun {
                try await reply.head()
                try await reply.say("half")
            }
            await reply.untilClosed()
        } _: { world in
            let (run, answer) = try await world.ended(world.begin())
            #expect(run.status == .failed)
            #expect(answer.failure?.status == 504 && answer.failure?.code == "upstream_timeout")
            #expect(answer.content == (hasBegun ? "half" : answer.failure?.message))
        }
    }
}
