import Foundation
import GRDB
import Spec
import Store
import Testing

@Suite struct ConversationTests {
    private let chat: ChatFixture
    private var store: Store { chat.store }
    private var owner: UserID { chat.owner }

    init() async throws { chat = try await ChatFixture() }

    private func list(
        _ filter: ConversationFilter = ConversationFilter(), before: ConversationCursor? = nil, limit: Int = 100
    ) async throws -> ConversationPage {
        try await store.conversations(filter, before: before, limit: limit, owner: owner)
    }

    @Test func theNewestActivityIsFirst() async throws {
        let ids = [try await chat.conversation(), try await chat.conversation(), try await chat.conversation()]
        #expect(try await list().conversations.map(\.id) == ids.reversed())
        chat.fixture.clock.advance(by: .seconds(1))
        try await chat.post("again", in: ids[0])
        #expect(try await list().conversations.map(\.id) == [ids[0], ids[2], ids[1]])
    }

    @Test func renamingAndPinningAreNoActivity() async throws {
        let (first, second) = (try await chat.conversation(), try await chat.conversation())
        chat.fixture.clock.advance(by: .seconds(1))
        let edited = try await store.editConversation(
            first, ConversationEdit(title: "x", isPinned: true), owner: owner)
        #expect(edited.isPinned)
        #expect(try await list().conversations.map(\.id) == [second, first])
    }

    @Test func pagesHaveEveryConversationOnceWhileOthersAreMade() async throws {
        var expected: [ConversationID] = []
        for number in 0..<25 {
            expected.insert(try await chat.conversation(), at: 0)
            if number.isMultiple(of: 3) { chat.fixture.clock.advance(by: .milliseconds(1)) }
        }
        var (found, cursor) = ([ConversationID](), ConversationCursor?.none)
        repeat {
            let page = try await list(before: cursor, limit: 4)
            found += page.conversations.map(\.id)
            cursor = page.next
            _ = try await chat.conversation()
        } while cursor != nil
        #expect(found == expected)
    }

    @Test func aPageThatIsExactlyFullIsTheLast() async throws {
        for _ in 0..<4 { _ = try await chat.conversation() }
        #expect(try await list(limit: 4).next == nil)
        #expect(try await list(limit: 3).next != nil)
    }

    @Test func numbersCountPerBackendAndAreNotGivenTwice() async throws {
        func number(_ id: ConversationID) async throws -> Int64 {
            try await store.conversation(id, owner: owner).number
        }
        let (first, second) = (try await chat.conversation(), try await chat.conversation())
        #expect(try await number(first) == 1)
        #expect(try await number(second) == 2)
        #expect(try await number(try await chat.conversation("other")) == 1)
        try await store.deleteConversation(second, owner: owner)
        #expect(try await number(try await chat.conversation()) == 3)
        let bob = try await chat.fixture.user("bob").id
        let his = try await store.createConversation(NewConversation(backend: "demo", model: "demo"), owner: bob)
        #expect(his.number == 1)
    }

    @Test func conversationsMadeAtOnceHaveNumbersOfTheirOwn() async throws {
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<20 {
                group.addTask { [store, owner] in
                    let new = NewConversation(backend: "demo", model: "demo")
                    return try await store.createConversation(new, owner: owner).number
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(numbers == Set(1...20))
    }

    @Test func theTitleIsTheBeginningOfTheFirstMessageOfTheUser() async throws {
        let id = try await chat.conversation()
        try await chat.post("Be brief.", in: id, as: .system)
        #expect(try await store.conversation(id, owner: owner).title == "")
        try await chat.post(String(repeating: "ab ", count: 40), in: id)
        try await chat.post("Another", in: id)
        let title = String(repeating: "ab ", count: 20)
        #expect(try await store.conversation(id, owner: owner).title == title)
    }

    @Test func aTitleThatWasSetStaysUntilItIsEmptied() async throws {
        let id = try await chat.conversation(title: "Mine")
        try await chat.post("First", in: id)
        #expect(try await store.conversation(id, owner: owner).title == "Mine")
        let emptied = try await store.editConversation(id, ConversationEdit(title: " "), owner: owner)
        #expect(emptied.title == "First")
    }

    @Test func deletingTakesMessagesAndRunsAlong() async throws {
        let (id, other) = (try await chat.conversation(), try await chat.conversation())
        try await chat.post("kept", in: other)
        _ = try await store.beginRun(NewRun(conversation: id, input: .say("gone", parent: nil)), owner: owner)
        try await store.deleteConversation(id, owner: owner)
        await #expect(throws: ChatError.notFound) { try await store.conversation(id, owner: owner) }
        await #expect(throws: ChatError.notFound) { try await store.deleteConversation(id, owner: owner) }
        let left = try await chat.fixture.rawConnection().read { db in
            try ["conversations", "messages", "runs"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") }
        }
        #expect(left == [1, 1, 0])
        #expect(try await chat.find("gone").isEmpty)
        #expect(try await chat.find("kept").count == 2)
    }

    @Test func anImportKeepsTheTreeUnderNewIDs() async throws {
        let old = try await chat.conversation()
        let root = try await chat.post("one", in: old)
        try await chat.post("1", in: old, as: .assistant)
        let sibling = try await store.editMessage(root, of: old, content: "uno", owner: owner).id
        try await chat.post("2", in: old, as: .assistant)
        let messages = try await chat.all(old)
        let archive = ConversationArchive(
            backend: "demo", model: "m", title: "T", isPinned: true, createdAt: Timestamp(milliseconds: 1000),
            updatedAt: Timestamp(milliseconds: 2000), head: root, messages: messages)
        let new = try #require(try await store.importConversations([archive], owner: owner).first)
        #expect(new.number == 2)
        #expect(new.updatedAt == archive.updatedAt)
        #expect(new.messageCount == 4)
        let copies = try await chat.all(new.id)
        #expect(copies.map(\.content) == messages.map(\.content))
        let ids = Dictionary(uniqueKeysWithValues: zip(messages.map(\.id), copies.map(\.id)))
        #expect(copies.map(\.parent) == messages.map { $0.parent.flatMap { ids[$0] } })
        #expect(try await chat.shown(new.id).map(\.content) == ["one", "1"])
        #expect(ids[sibling] != sibling)
        #expect(try await chat.find("uno").count == 2)
    }

    @Test func anImportThatFailsLeavesNothing() async throws {
        let archive = ConversationArchive(
            backend: "demo", model: "m", title: "T", isPinned: false, createdAt: .epoch, updatedAt: .epoch, head: nil,
            messages: [])
        var broken = archive
        // The schema refuses a backend without a name.
        broken.backend = ""
        let archives = [archive, broken]
        await #expect(throws: DatabaseError.self) { try await store.importConversations(archives, owner: owner) }
        #expect(try await list().conversations.isEmpty)
        #expect(try await store.conversation(try await chat.conversation(), owner: owner).number == 1)
    }
}
