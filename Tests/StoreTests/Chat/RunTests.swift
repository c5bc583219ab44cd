import Foundation
import GRDB
import Spec
import Store
import Testing

@Suite struct RunTests {
    private let fixture: StoreFixture
    private let store: Store
    private let owner: UserID

    init() async throws {
        fixture = try StoreFixture()
        store = fixture.store
        owner = try await fixture.user("alice").id
    }

    private func conversation() async throws -> ConversationID {
        let owner = owner
        return try await fixture.rawConnection().write { db in
            try db.execute(
                sql: """
                    INSERT INTO conversations (user_id, backend, number, model, title, created_at, updated_at)
                    VALUES (?, 'demo', (SELECT 1 + count(*) FROM conversations), 'demo', '', 0, 0)
                    """, arguments: [owner])
            return db.lastInsertedRowID
        }
    }

    private func say(_ text: String, in conversation: ConversationID, below parent: MessageID? = nil) async throws
        -> BegunRun
    {
        try await store.beginRun(
            NewRun(conversation: conversation, input: .say(text, parent: parent)), owner: owner)
    }

    private func answer(_ begun: BegunRun, _ text: String) async throws {
        _ = try await store.endRun(begun.run.id, as: .complete, AnswerSoFar(content: text), failure: nil)
    }

    @Test func aRunAppendsTheQuestionAndTheEmptyAnswer() async throws {
        let id = try await conversation()
        let begun = try await say("Hello there", in: id)
        let question = try #require(begun.question)
        #expect(question.role == .user)
        #expect(question.content == "Hello there")
        #expect(question.status == .complete)
        #expect(begun.answer.parent == question.id)
        #expect(begun.answer.role == .assistant)
        #expect(begun.answer.status == .running)
        #expect(begun.answer.model == "demo")
        #expect(begun.answer.run == begun.run.id)
        #expect(begun.run.status == .waiting)
        #expect(begun.conversation.head == begun.answer.id)
        #expect(begun.conversation.activeRun == begun.run.id)
        #expect(begun.conversation.messageCount == 2)
        #expect(begun.conversation.title == "Hello there")
        #expect(begun.history == [question])
    }

    @Test func anAnswerNamesTheRequestThatBeganIt() async throws {
        let id = try await conversation()
        let begun = try await store.beginRun(
            NewRun(conversation: id, input: .say("hi", parent: nil), requestID: "req_7"), owner: owner)
        #expect(begun.answer.requestID == "req_7")
        #expect(begun.question?.requestID == nil)
        let ended = try await store.endRun(
            begun.run.id, as: .complete, AnswerSoFar(content: "hello"), failure: nil)
        #expect(ended.requestID == "req_7")
    }

    @Test func aConversationHasOneRunAtATime() async throws {
        let id = try await conversation()
        let first = try await say("one", in: id)
        await #expect(throws: ChatError.runActive(first.run.id)) { try await say("two", in: id) }
        try await answer(first, "done")
        let second = try await say("two", in: id)
        #expect(second.history.map(\.content) == ["one", "done", "two"])
    }

    @Test func twoRunsBegunAtOnceMakeOne() async throws {
        let id = try await conversation()
        let begun = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<10 {
                group.addTask { (try? await say("\(number)", in: id)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(begun == 1)
    }

    @Test func editingMakesASiblingOfTheQuestion() async throws {
        let id = try await conversation()
        let first = try await say("one", in: id)
        try await answer(first, "1")
        let question = try #require(first.question)
        let edited = try await store.beginRun(
            NewRun(conversation: id, input: .edit(question.id, "uno")), owner: owner)
        let sibling = try #require(edited.question)
        #expect(sibling.parent == nil)
        #expect(sibling.siblings == [question.id, sibling.id])
        #expect(edited.history.map(\.content) == ["uno"])
        try await answer(edited, "2")
        await #expect(throws: ChatError.wrongRole("only a message of the user can be edited")) {
            try await store.beginRun(NewRun(conversation: id, input: .edit(edited.answer.id, "x")), owner: owner)
        }
    }

    @Test func regeneratingMakesASiblingOfTheAnswer() async throws {
        let id = try await conversation()
        let first = try await say("one", in: id)
        try await answer(first, "1")
        let again = try await store.beginRun(
            NewRun(conversation: id, input: .regenerate(first.answer.id), model: "demo/main"), owner: owner)
        #expect(again.question == nil)
        #expect(again.answer.parent == first.question?.id)
        #expect(again.answer.siblings == [first.answer.id, again.answer.id])
        #expect(again.answer.model == "demo/main")
        #expect(again.history.map(\.content) == ["one"])
        try await answer(again, "2")
        let question = try #require(first.question)
        await #expect(throws: ChatError.wrongRole("only an answer to a message can be made anew")) {
            try await store.beginRun(NewRun(conversation: id, input: .regenerate(question.id)), owner: owner)
        }
    }

    @Test func theHistoryLeavesOutErrorsAndEmptyAnswers() async throws {
        let id = try await conversation()
        let failed = try await say("one", in: id)
        let failure = MessageFailure(status: 502, code: "upstream", message: "It broke.", requestID: "r1")
        _ = try await store.endRun(failed.run.id, as: .failed, AnswerSoFar(), failure: failure)
        let stopped = try await say("two", in: id)
        _ = try await store.endRun(stopped.run.id, as: .stopped, AnswerSoFar(), failure: nil)
        let partial = try await say("three", in: id)
        _ = try await store.endRun(partial.run.id, as: .stopped, AnswerSoFar(content: "half"), failure: nil)
        #expect(try await say("four", in: id).history.map(\.content) == ["one", "two", "three", "half", "four"])
    }

    @Test func whatTheAnswerHoldsIsKeptInEveryPart() async throws {
        let id = try await conversation()
        let begun = try await say("one", in: id)
        try await store.markRunning(begun.run.id)
        #expect(try await store.run(begun.run.id, owner: owner)?.status == .running)
        try await store.saveProgress(of: begun.run.id, AnswerSoFar(content: "a\u{0}b 👩‍👩‍👧"))

        let tool = ToolCall(
            id: "t1", name: "search", arguments: "{\"q\":\"\u{0}\"}", output: "ok", status: .done,
            startedAt: Timestamp(milliseconds: 5), endedAt: Timestamp(milliseconds: 7))
        let whole = AnswerSoFar(
            content: "a\u{0}b 👩‍👩‍👧 c", reasoning: "hm\u{0}", tools: [tool],
            usage: TokenUsage(prompt: 1, completion: 2, total: 3))
        fixture.clock.advance(by: .seconds(3))
        let message = try await store.endRun(begun.run.id, as: .complete, whole, failure: nil)
        #expect(message.content == whole.content)
        #expect(message.reasoning == whole.reasoning)
        #expect(message.tools == [tool])
        #expect(message.usage == whole.usage)
        #expect(message.status == .complete)
        #expect(message.endedAt == Timestamp(milliseconds: 1_003_000))
        let run = try await store.run(begun.run.id, owner: owner)
        #expect(run?.status == .complete)
        #expect(run?.endedAt == message.endedAt)
    }

    @Test func aRunEndsOnce() async throws {
        let begun = try await say("one", in: try await conversation())
        let first = try await store.endRun(begun.run.id, as: .stopped, AnswerSoFar(content: "half"), failure: nil)
        let second = try await store.endRun(begun.run.id, as: .complete, AnswerSoFar(content: "all"), failure: nil)
        try await store.saveProgress(of: begun.run.id, AnswerSoFar(content: "late"))
        try await store.markRunning(begun.run.id)
        #expect(second == first)
        #expect(try await store.run(begun.run.id, owner: owner)?.status == .stopped)
    }

    @Test func aFailureWithoutTextIsAnErrorMessage() async throws {
        let id = try await conversation()
        let failure = MessageFailure(
            status: 503, code: "queue_full", message: "Too many wait.", requestID: "r", retryAfterSeconds: 4)
        let empty = try await say("one", in: id)
        let error = try await store.endRun(empty.run.id, as: .failed, AnswerSoFar(), failure: failure)
        #expect(error.role == .error)
        #expect(error.content == "Too many wait.")
        #expect(error.failure == failure)
        let partial = try await store.endRun(
            try await say("two", in: id).run.id, as: .failed, AnswerSoFar(content: "so far"), failure: failure)
        #expect(partial.role == .assistant)
        #expect(partial.content == "so far")
        #expect(partial.status == .failed)
        #expect(partial.failure == failure)
    }

    @Test func unfinishedRunsAreMarkedInterruptedWithTheirText() async throws {
        let (first, second) = (
            try await say("one", in: try await conversation()), try await say("two", in: try await conversation())
        )
        try await store.saveProgress(of: first.run.id, AnswerSoFar(content: "half"))
        #expect(try await store.interruptUnfinishedRuns() == 2)
        #expect(try await store.interruptUnfinishedRuns() == 0)
        for run in [first.run, second.run] {
            #expect(try await store.run(run.id, owner: owner)?.status == .interrupted)
        }
        let kept = try await store.endRun(first.run.id, as: .complete, AnswerSoFar(content: "x"), failure: nil)
        #expect(kept.content == "half")
        #expect(kept.status == .interrupted)
    }

    @Test func somebodyElsesConversationIsNotThere() async throws {
        let bob = try await fixture.user("bob").id
        let id = try await conversation()
        let begun = try await say("one", in: id)
        let other = try await conversation()
        #expect(try await store.run(begun.run.id, owner: bob) == nil)
        await #expect(throws: ChatError.notFound) {
            try await store.beginRun(NewRun(conversation: id, input: .say("x", parent: nil)), owner: bob)
        }
        for input in [NewRun.Input.say("x", parent: begun.answer.id), .edit(begun.answer.id, "x"), .regenerate(999)] {
            await #expect(throws: ChatError.notFound) {
                try await store.beginRun(NewRun(conversation: other, input: input), owner: owner)
            }
        }
    }

    @Test func aQuestionHasAtMostOneMebibyte() async throws {
        let id = try await conversation()
        let most = String(repeating: "é", count: Message.mostBytes / 2)
        await #expect(throws: ChatError.tooLarge) { try await say(most + "x", in: id) }
        #expect(try await say(most, in: id).question?.content == most)
    }

    @Test func aRunOfADeletedConversationIsNotFoundAndWritesNothing() async throws {
        let id = try await conversation()
        let begun = try await say("one", in: id)
        try await fixture.rawConnection().write { try $0.execute(sql: "DELETE FROM conversations") }
        try await store.saveProgress(of: begun.run.id, AnswerSoFar(content: "late"))
        await #expect(throws: ChatError.notFound) {
            try await store.endRun(begun.run.id, as: .complete, AnswerSoFar(content: "late"), failure: nil)
        }
        let rows = try await fixture.rawConnection().read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM messages")
        }
        #expect(rows == 0)
    }
}
