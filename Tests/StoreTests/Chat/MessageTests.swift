import Spec
import Store
import Testing

@Suite struct MessageTests {
    private let chat: ChatFixture
    private var store: Store { chat.store }
    private var owner: UserID { chat.owner }

    init() async throws { chat = try await ChatFixture() }

    @Test func messagesOfOneMomentKeepTheirOrder() async throws {
        let id = try await chat.conversation()
        for number in 0..<50 { try await chat.post("\(number)", in: id) }
        #expect(try await chat.shown(id).map(\.content) == (0..<50).map(String.init))
    }

    @Test func messagesPostedAtOnceAreAllThereInOneLine() async throws {
        let id = try await chat.conversation()
        try await withThrowingTaskGroup { group in
            for number in 0..<30 { group.addTask { [chat] in try await chat.post("\(number)", in: id) } }
            try await group.waitForAll()
        }
        let shown = try await chat.shown(id)
        #expect(Set(shown.map(\.content)) == Set((0..<30).map(String.init)))
        #expect(shown.dropFirst().map(\.parent) == shown.dropLast().map(\.id))
    }

    @Test(arguments: [MessagePath.shownBranch, .allBranches])
    func pagesGoBackToTheFirstMessage(path: MessagePath) async throws {
        let id = try await chat.conversation()
        for number in 0..<23 { try await chat.post("\(number)", in: id) }
        var (found, before) = ([String](), MessageID?.none)
        repeat {
            let page = try await store.messages(of: id, on: path, before: before, limit: 5, owner: owner)
            found = page.messages.map(\.content) + found
            before = page.next
        } while before != nil
        #expect(found == (0..<23).map(String.init))
    }

    @Test func aPageEndsBeforeItHoldsTooMuchText() async throws {
        let id = try await chat.conversation()
        let long = String(repeating: "x", count: Message.mostBytes)
        for _ in 0..<10 { try await chat.post(long, in: id) }
        let page = try await store.messages(of: id, on: .shownBranch, before: nil, limit: 100, owner: owner)
        #expect(page.messages.count == 8)
        #expect(page.next == page.messages.first?.id)
        var (count, last) = (0, MessageID?.none)
        while case let next = try await store.messages(of: id, after: last, limit: 100, owner: owner), !next.isEmpty {
            count += next.count
            last = next.last?.id
        }
        #expect(count == 10)
    }

    @Test func aPostGoesBelowTheMessageItNames() async throws {
        let id = try await chat.conversation()
        let root = try await chat.post("one", in: id)
        let first = try await chat.post("two", in: id)
        let second = try await chat.post("two again", in: id, below: root)
        let shown = try await chat.shown(id)
        #expect(shown.map(\.id) == [root, second])
        #expect(shown.last?.siblings == [first, second])
    }

    @Test func anErrorCannotBeEdited() async throws {
        let id = try await chat.conversation()
        let error = try await chat.post("broken", in: id, as: .error)
        await #expect(throws: ChatError.wrongRole("an error cannot be edited")) {
            try await store.editMessage(error, of: id, content: "x", owner: owner)
        }
    }

    @Test func anAnswerThatIsBeingWrittenCannotBeDeleted() async throws {
        let id = try await chat.conversation()
        let begun = try await store.beginRun(NewRun(conversation: id, input: .say("one", parent: nil)), owner: owner)
        await #expect(throws: ChatError.runActive(begun.run.id)) {
            try await store.deleteMessage(begun.answer.id, of: id, owner: owner)
        }
        _ = try await store.endRun(begun.run.id, as: .stopped, AnswerSoFar(content: "half"), failure: nil)
        try await store.deleteMessage(begun.answer.id, of: id, owner: owner)
        #expect(try await chat.shown(id).map(\.content) == ["one"])
        #expect(try await store.run(begun.run.id, owner: owner) == nil)
    }

    @Test func somebodyElsesMessagesAreNotThere() async throws {
        let (id, other) = (try await chat.conversation(), try await chat.conversation())
        let message = try await chat.post("mine", in: id)
        let bob = try await chat.fixture.user("bob").id
        for (conversation, user) in [(id, bob), (other, owner)] {
            await #expect(throws: ChatError.notFound) {
                try await store.editMessage(message, of: conversation, content: "x", owner: user)
            }
            await #expect(throws: ChatError.notFound) {
                try await store.deleteMessage(message, of: conversation, owner: user)
            }
            await #expect(throws: ChatError.notFound) {
                let new = NewMessage(role: .user, content: "x", parent: message)
                return try await store.appendMessage(new, to: conversation, owner: user)
            }
            await #expect(throws: ChatError.notFound) {
                try await store.editConversation(conversation, ConversationEdit(head: message), owner: user)
            }
        }
        #expect(try await chat.all(id).map(\.content) == ["mine"])
    }
}
