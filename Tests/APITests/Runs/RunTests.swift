import Foundation
import NIOCore
import NIOHTTP1
import Spec
import Store
import Synchronization
import Testing

@testable import API

/// Runs from their begin to their end, on the real store and a runner that speaks HTTP.
@Suite struct RunTests {
    @Test func aRunWritesTheQuestionAndTheAnswerDown() async throws {
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("Hello ")
            try await reply.say("you")
            try await reply.chunk("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n")
            try await reply.done()
        } _: { world in
            let begun = try await world.begin(.say("hi there", parent: nil))
            #expect(begun.question?.content == "hi there")
            #expect(begun.run.status == .waiting)
            let (run, answer) = try await world.ended(begun)
            #expect(run.status == .complete)
            #expect(answer.status == .complete)
            #expect(answer.content == "Hello you")
            #expect(answer.usage == TokenUsage(prompt: 1, completion: 2, total: 3))
            #expect(answer.failure == nil)
            #expect(answer.endedAt != nil)
            let leases = world.gate.leases.withLock { $0 }
            #expect(leases.count == 1 && leases.allSatisfy { $0.released.isSet && $0.touches > 0 })
        }
    }

    @Test func theRunnerGetsTheBranchItsKeyASessionAndNoMore() async throws {
        let backend = BackendSpec(
            name: "demo", image: "demo:1", internalPort: 80, sessionHeader: "X-Session-Id", sessionField: "session_id",
            forwardModelEnv: "LLM_MODEL")
        try await RunWorld.run(backend: backend, answering("a")) { world in
            let conversation = try await world.conversation()
            _ = try await world.ended(world.begin(.say("one", parent: nil), in: conversation))
            _ = try await world.ended(world.begin(.say("two", parent: nil), in: conversation))
            let request = try #require(world.upstream.requests.last)
            #expect(request.head.method == .POST && request.head.uri == "/v1/chat/completions")
            #expect(request.header("authorization") == "Bearer runner-key")
            #expect(request.header("x-session-id") == "agstack-c\(conversation.id)")
            #expect(request.header("x-request-id") == "req_test")
            let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body.utf8)) as? [String: Any])
            #expect(body["model"] as? String == "gpt-x")
            #expect(body["session_id"] as? String == "agstack-c\(conversation.id)")
            #expect(body["stream"] as? Bool == true)
            #expect((body["stream_options"] as? [String: Bool]) == ["include_usage": true])
            let messages = try #require(body["messages"] as? [[String: String]])
            #expect(messages.map(\.["role"]) == ["user", "assistant", "user"])
            #expect(messages.map(\.["content"]) == ["one", "a", "two"])
        }
    }

    @Test func aBackendThatTakesOneMessageGetsTheLast() async throws {
        let backend = BackendSpec(name: "demo", image: "demo:1", internalPort: 80, history: .last)
        try await RunWorld.run(backend: backend, answering("a")) { world in
            let conversation = try await world.conversation()
            _ = try await world.ended(world.begin(.say("one", parent: nil), in: conversation))
            _ = try await world.ended(world.begin(.say("two", parent: nil), in: conversation))
            #expect(world.upstream.requests.last?.body.contains("one") == false)
            #expect(world.upstream.requests.last?.body.contains("two") == true)
        }
    }

    @Test func aRunIsToldOfAsItGoesAndWhoReadsItMeanwhileSeesAllOfItsText() async throws {
        let goOn = Signal()
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("one ")
            try await goOn.wait()
            try await reply.say("two")
            try await reply.done()
        } _: { world in
            let subscription = world.events.subscribe(world.account.id, after: nil)
            let begun = try await world.begin()
            try await world.reached(begun, "one ")
            #expect(begun.answer.showing(world.runs.live(in: begun.conversation.id)).content == "one ")
            #expect(world.runs.live(begun.run.id)?.run.status == .running)
            goOn.set()
            _ = try await world.ended(begun)
            let told = String(buffer: try #require(subscription.next()))
            let kinds = told.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) }
            #expect(kinds == ["run", "conversation", "run", "run.delta", "run.delta", "run", "conversation"])
            #expect(told.contains(#""content":"two","conversation_id":\#(begun.conversation.id)"#))
            #expect(told.contains(#""offset":4"#))
            #expect(told.contains(#""status":"complete""#))
        }
    }

    @Test func stoppingCancelsTheRequestAtOnceAndKeepsTheText() async throws {
        let cancelled = Signal()
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("so far")
            await reply.untilClosed()
            cancelled.set()
        } _: { world in
            let begun = try await world.begin()
            try await world.reached(begun, "so far")
            let asked = ContinuousClock.now
            let run = try await world.runs.stop(begun.run.id, owner: world.account.id)
            #expect(run?.status == .stopped)
            try await cancelled.wait()
            #expect(asked.duration(to: .now) < .seconds(1))
            let (_, answer) = try await world.ended(begun)
            #expect(answer.status == .stopped && answer.content == "so far" && answer.failure == nil)
            let again = try await world.runs.stop(begun.run.id, owner: world.account.id)
            #expect(again?.status == .stopped)
            let strangers = try await world.runs.stop(begun.run.id, owner: world.account.id + 1)
            #expect(strangers == nil)
        }
    }

    @Test func stoppingARunThatWaitsForItsRunnerEndsIt() async throws {
        try await RunWorld.run(answering("never")) { world in
            let hold = world.gate.holdLeases()
            let begun = try await world.begin()
            try await hold.begun()
            let stopped = try await world.runs.stop(begun.run.id, owner: world.account.id)
            #expect(stopped?.status == .stopped)
            #expect(world.upstream.requests.isEmpty)
        }
    }

    @Test func anEditedQuestionAndAnAnswerMadeAnewAreSiblingsEachWithASessionOfItsOwn() async throws {
        let backend = BackendSpec(name: "demo", image: "demo:1", internalPort: 80, sessionHeader: "X-Session-Id")
        try await RunWorld.run(backend: backend, answering("a")) { world in
            let conversation = try await world.conversation()
            let first = try await world.ended(world.begin(.say("one", parent: nil), in: conversation)).answer
            let second = try await world.ended(world.begin(.say("two", parent: nil), in: conversation)).answer
            let again = try await world.begin(.regenerate(second.id), in: conversation)
            _ = try await world.ended(again)
            #expect(again.question == nil)
            #expect(again.answer.siblings == [second.id, again.answer.id])
            let request = try #require(world.upstream.requests.last)
            #expect(request.header("x-session-id") == "agstack-c\(conversation.id)-b\(again.answer.id)")
            // The new session knows nothing yet: it is told.
            #expect(request.body.contains("user: one") && request.body.contains("assistant: a"))
            _ = try await world.ended(world.begin(.say("three", parent: nil), in: conversation))
            #expect(world.upstream.requests.last?.header("x-session-id") == request.header("x-session-id"))
            #expect(world.upstream.requests.last?.body.contains("user: one") == false)

            let edited = try await world.begin(.edit(try #require(first.parent), "ONE"), in: conversation)
            _ = try await world.ended(edited)
            let question = try #require(edited.question)
            #expect(question.siblings == [first.parent, question.id])
            #expect(
                world.upstream.requests.last?.header("x-session-id") == "agstack-c\(conversation.id)-b\(question.id)")
            #expect(world.upstream.requests.last?.body.contains("one") == false)
        }
    }

    @Test func fewRowsAreWrittenHoweverManyChunksCome() async throws {
        let chunks = 200
        try await RunWorld.run { _, reply in
            try await reply.head()
            for number in 0..<chunks {
                try await reply.say("\(number) ")
                try await Task.sleep(for: .milliseconds(10))
            }
            try await reply.done()
        } _: { world in
            let begun = ContinuousClock.now
            let (_, answer) = try await world.ended(world.begin())
            let seconds = begun.duration(to: .now) / .seconds(1)
            #expect(answer.content == (0..<chunks).map { "\($0) " }.joined())
            let count = world.store.count
            #expect(count.begun == 1 && count.running == 1 && count.ended == 1)
            // Two a second, where 100 chunks come in one.
            #expect(Double(count.saved) <= 2 * seconds + 1)
            #expect(count.saved > 0)
        }
    }

    @Test func whatIsSavedMeanwhileSurvivesTheDeathOfTheProcess() async throws {
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("partial")
            await reply.untilClosed()
        } _: { world in
            let begun = try await world.begin()
            try await until {
                try await world.store.runWithAnswer(begun.run.id, owner: world.account.id)?.answer.content == "partial"
            }
            // As the next process finds it.
            let interrupted = try await world.store.interruptUnfinishedRuns()
            #expect(interrupted == 1)
            let (run, answer) = try #require(
                try await world.store.runWithAnswer(begun.run.id, owner: world.account.id))
            #expect(run.status == .interrupted && answer.status == .interrupted && answer.content == "partial")
        }
    }

    @Test func aShutdownLetsARunEndThatIsNearlyOverAndInterruptsTheOthersWithTheirTextKept()
        async throws
    {
        let goOn = Signal()
        try await RunWorld.run { request, reply in
            try await reply.head()
            try await reply.say("so far")
            guard request.body.contains("quick") else { return await reply.untilClosed() }
            try await goOn.wait()
            try await reply.done()
        } _: { world in
            let quick = try await world.begin(.say("quick", parent: nil))
            let slow = try await world.begin(.say("slow", parent: nil))
            try await world.reached(quick, "so far")
            try await world.reached(slow, "so far")
            async let drained: Void = world.runs.drain(within: .milliseconds(500))
            goOn.set()
            let quickRun = try await world.ended(quick).run
            #expect(quickRun.status == .complete)
            await drained
            let (run, answer) = try await world.ended(slow)
            #expect(run.status == .interrupted && answer.content == "so far" && answer.failure == nil)
            await #expect(throws: GateError.shuttingDown) { try await world.begin() }
        }
    }

    @Test func aConversationThatIsDeletedTakesItsRunAlong() async throws {
        let cancelled = Signal()
        try await RunWorld.run { _, reply in
            try await reply.head()
            try await reply.say("so far")
            await reply.untilClosed()
            cancelled.set()
        } _: { world in
            let begun = try await world.begin()
            try await world.reached(begun, "so far")
            try await world.store.store.deleteConversation(begun.conversation.id, owner: world.account.id)
            await world.runs.discard(conversation: begun.conversation.id)
            try await cancelled.wait()
            #expect(world.runs.live(begun.run.id) == nil)
            let gone = try await world.store.run(begun.run.id, owner: world.account.id)
            #expect(gone == nil)
        }
    }

    private func answering(_ text: String) -> UpstreamServer.Script {
        { _, reply in
            try await reply.head()
            try await reply.say(text)
            try await reply.done()
        }
    }
}
