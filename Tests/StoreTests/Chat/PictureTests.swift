import Foundation
import GRDB
import Spec
import Store
import Testing

/// The bound of a user's pictures, and what is left of deleted ones.
@Suite struct PictureTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private let chat: ChatFixture
    /// On the same file, with room for 40 bytes.
    private let small: Store

    init() async throws {
        chat = try await ChatFixture()
        small = try Store.open(in: chat.fixture.folder, mostPictureBytes: 40)
    }

    private func picture(_ marker: String = "", bytes: Int) -> Picture {
        let content = Self.png + Array(marker.utf8)
        return Picture(content + [UInt8](repeating: 7, count: bytes - content.count))!
    }

    @discardableResult
    private func say(
        _ text: String, _ pictures: [Picture]?, in id: ConversationID, to store: Store? = nil, editing: MessageID? = nil
    ) async throws -> BegunRun {
        let input = editing.map { NewRun.Input.edit($0, text) } ?? .say(text, parent: nil)
        let store = store ?? chat.store
        let begun = try await store.beginRun(
            NewRun(conversation: id, input: input, pictures: pictures), owner: chat.owner)
        _ = try await store.endRun(begun.run.id, as: .complete, AnswerSoFar(content: "seen"), failure: nil)
        return begun
    }

    /// Messages, runs, pictures and the bytes of these, of everybody.
    private func rows() async throws -> [Int] {
        try await chat.fixture.rawConnection().read { db in
            try ["messages", "runs", "pictures"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? -1 }
                + [try Int.fetchOne(db, sql: "SELECT total(bytes) FROM pictures") ?? -1]
        }
    }

    // MARK: The bound

    @Test func whatGoesOverTheBoundIsNotWrittenAndADeletionMakesRoom() async throws {
        let (first, second) = (try await chat.conversation(), try await chat.conversation())
        let begun = try await say("one", [picture(bytes: 20), picture(bytes: 10)], in: first, to: small)
        let question = try #require(begun.question)
        let before = try await rows()
        #expect(before == [2, 1, 2, 30])
        let full = ChatError.picturesFull(limit: 40)
        await #expect(throws: full) { try await say("two", [picture(bytes: 11)], in: second, to: small) }
        await #expect(throws: full) { try await say("again", nil, in: first, to: small, editing: question.id) }
        await #expect(throws: full) {
            try await small.editMessage(question.id, of: first, content: "again", owner: chat.owner)
        }
        let archive = ConversationArchive(
            backend: "demo", model: "demo", title: "t", isPinned: false, createdAt: .epoch, updatedAt: .epoch,
            head: nil,
            messages: [question], pictures: [question.id: [picture(bytes: 11)]])
        await #expect(throws: full) { try await small.importConversations([archive], owner: chat.owner) }
        #expect(try await rows() == before)
        #expect(try await small.conversationIDs(owner: chat.owner) == [first, second])

        try await say("exactly", [picture(bytes: 10)], in: second, to: small)
        await #expect(throws: full) { try await say("three", [picture(bytes: 9)], in: second, to: small) }
        try await say("text is no picture", nil, in: second, to: small)
        try await small.deleteConversation(first, owner: chat.owner)
        try await say("three", [picture(bytes: 30)], in: second, to: small)
    }

    @Test func theBoundIsOfEachUserAndZeroIsNone() async throws {
        try await say("one", [picture(bytes: 40)], in: try await chat.conversation(), to: small)
        let bob = try await chat.fixture.user("bob").id
        let his = try await small.createConversation(NewConversation(backend: "demo", model: "demo"), owner: bob)
        _ = try await small.beginRun(
            NewRun(conversation: his.id, input: .say("", parent: nil), pictures: [picture(bytes: 40)]), owner: bob)
        let open = try Store.open(in: chat.fixture.folder, mostPictureBytes: 0)
        try await say("more", [picture(bytes: 100)], in: try await chat.conversation(), to: open)
    }

    @Test func ofSendsAtOnceNoneGetsPastTheBound() async throws {
        // As much of a second process as there is: two stores on one file.
        let stores = [small, try Store.open(in: chat.fixture.folder, mostPictureBytes: 40)]
        var ids: [ConversationID] = []
        for _ in 0..<20 { ids.append(try await chat.conversation()) }
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for (number, id) in ids.enumerated() {
                group.addTask {
                    do {
                        try await say("n", [picture(bytes: 15)], in: id, to: stores[number % 2])
                        return true
                    } catch ChatError.picturesFull {
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(taken == 2)
        #expect(try await rows() == [4, 2, 2, 30])
    }

    // MARK: What names a picture

    @Test func aTagIsOfOnePictureEvenWhenItsMessagesIdComesAgain() async throws {
        let id = try await chat.conversation()
        let pictures = [picture(bytes: 20), picture(bytes: 10)]
        let question = try #require(try await say("one", pictures, in: id).question).id
        let tags = try await [0, 1].asyncMap {
            try await chat.store.pictureTag($0, of: question, owner: chat.owner)
        }
        #expect(Set(tags).count == 2)
        let bob = try await chat.fixture.user("bob").id
        for (number, owner) in [(2, chat.owner), (0, bob)] {
            await #expect(throws: ChatError.notFound) {
                try await chat.store.pictureTag(number, of: question, owner: owner)
            }
            await #expect(throws: ChatError.notFound) {
                try await chat.store.picture(number, of: question, owner: owner)
            }
        }
        try await chat.store.deleteMessage(question, of: id, owner: chat.owner)
        await #expect(throws: ChatError.notFound) {
            try await chat.store.pictureTag(0, of: question, owner: chat.owner)
        }
        try await chat.store.deleteConversation(id, owner: chat.owner)
        // As in a database that was restored from before.
        try await chat.fixture.rawConnection().write { db in
            try db.execute(
                sql: "UPDATE sqlite_sequence SET seq = ? WHERE name = 'messages'", arguments: [question - 1])
        }
        chat.fixture.clock.advance(by: .seconds(1))
        let other = try #require(try await say("other", pictures, in: try await chat.conversation()).question)
        #expect(other.id == question)
        let tag = try await chat.store.pictureTag(0, of: question, owner: chat.owner)
        #expect(!tags.contains(tag))
    }

    // MARK: Deletion

    /// Those of the markers that are in the bytes of a database file.
    private func traces(of markers: [String]) throws -> [String] {
        try ["router.db", "router.db-wal"].flatMap { name in
            let bytes = try Data(contentsOf: chat.fixture.folder.appending(path: name))
            return markers.filter { bytes.range(of: Data($0.utf8)) != nil }
        }
    }

    @Test func aDeletedPictureLeavesNoTrace() async throws {
        let id = try await chat.conversation()
        let gone = ["zqsmall", "zqpage", "zqlarge"]
        let sizes = [20, 5000, 300_000]
        let begun = try await say("one", zip(gone, sizes).map { picture($0, bytes: $1) }, in: id)
        let question = try #require(begun.question).id
        // A copy in another branch goes with its own message only.
        let edit = try #require(try await say("two", nil, in: id, editing: question).question).id
        try await say("three", [picture("kept", bytes: 5000)], in: id)
        try await chat.store.deleteMessage(question, of: id, owner: chat.owner)
        #expect(try Set(traces(of: gone)) == Set(gone))
        try await chat.store.deleteMessage(edit, of: id, owner: chat.owner)
        #expect(try traces(of: gone + ["zq"]) == [])
        #expect(try traces(of: ["kept"]) != [])
        try await chat.store.deleteConversation(id, owner: chat.owner)
        #expect(try traces(of: ["kept"]) == [])
        #expect(try await rows() == [0, 0, 0, 0])
    }

    @Test func aDeletedAccountLeavesNoTraceOfItsPictures() async throws {
        let bob = try await chat.fixture.user("bob")
        let his = try await chat.store.createConversation(
            NewConversation(backend: "demo", model: "demo"), owner: bob.id)
        _ = try await chat.store.beginRun(
            NewRun(conversation: his.id, input: .say("", parent: nil), pictures: [picture("zqhis", bytes: 9000)]),
            owner: bob.id)
        #expect(try traces(of: ["zqhis"]) != [])
        try await chat.fixture.delete(bob)
        #expect(try traces(of: ["zqhis"]) == [])
        #expect(try await rows() == [0, 0, 0, 0])
    }

    /// A file of more than 64 MiB is not rewritten at each deletion.
    @Test func aDeletedPictureLeavesNoTraceInALargeFile() async throws {
        let id = try await chat.conversation()
        let large = picture("kept", bytes: Picture.mostBytes)
        for _ in 0..<4 { try await say("much", Array(repeating: large, count: Picture.mostPerMessage), in: id) }
        let begun = try await say("one", [picture("zqlarge", bytes: 3_000_000)], in: id)
        let size = try chat.fixture.folder.appending(path: "router.db").resourceValues(forKeys: [.fileSizeKey]).fileSize
        #expect(try #require(size) > 64 << 20)
        #expect(try traces(of: ["zqlarge"]) != [])
        try await chat.store.deleteMessage(try #require(begun.question).id, of: id, owner: chat.owner)
        #expect(try traces(of: ["zqlarge"]) == [])
    }
}

extension Sequence where Self: Sendable, Element: Sendable {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
