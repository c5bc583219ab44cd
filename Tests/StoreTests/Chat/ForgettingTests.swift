import Foundation
import GRDB
import Spec
import Store
import Testing

/// Deleted text is looked for in the bytes of the database files.
@Suite struct ForgettingTests {
    private let chat: ChatFixture

    init() async throws { chat = try await ChatFixture() }

    /// Those of the texts that are in a file.
    private func traces(of texts: [String]) throws -> [String] {
        try ["router.db", "router.db-wal"].flatMap { name in
            let bytes = try Data(contentsOf: chat.fixture.folder.appending(path: name))
            return texts.filter { bytes.range(of: Data($0.utf8)) != nil }
        }
    }

    private func marker(_ random: inout SmallGenerator) -> String {
        "q" + String(UInt64.random(in: 1 << 60...UInt64.max, using: &random), radix: 36)
    }

    @Test func whatIsThereIsSeenInTheBytes() async throws {
        let id = try await chat.conversation(title: "seen0title")
        try await chat.post("seen0message", in: id)
        let seen = try Set(traces(of: ["seen0title", "seen0message"]))
        #expect(seen.count == 2)
    }

    @Test func aDeletedConversationLeavesNoTrace() async throws {
        let id = try await chat.conversation(title: "zqtitle")
        try await chat.post("zqshort", in: id)
        try await chat.post("zqlong " + String(repeating: "zqfill ", count: 50_000) + "zqend", in: id)
        let begun = try await chat.store.beginRun(
            NewRun(conversation: id, input: .say("zqquestion", parent: nil)), owner: chat.owner)
        for length in 1...20 {
            let text = String(repeating: "zqstream ", count: length * 40)
            try await chat.store.saveProgress(
                of: begun.run.id, AnswerSoFar(content: text, reasoning: "zqthought" + text))
        }
        try await chat.store.deleteConversation(id, owner: chat.owner)
        #expect(try traces(of: ["zq"]) == [])
    }

    @Test func aDeletedMessageLeavesNoTraceAndItsNeighboursStay() async throws {
        let id = try await chat.conversation(title: "untitled")
        let first = try await chat.post("zqfirst", in: id)
        try await chat.post("keptword", in: id)
        try await chat.store.deleteMessage(first, of: id, owner: chat.owner)
        #expect(try traces(of: ["zq"]) == [])
        #expect(try await chat.find("keptword").count == 1)
    }

    @Test func aDeletedAccountLeavesNoTraceOfItsConversations() async throws {
        let bob = try await chat.fixture.user("bob").id
        let his = try await chat.store.createConversation(
            NewConversation(backend: "demo", model: "demo", title: "zqtitle"), owner: bob)
        _ = try await chat.store.appendMessage(
            NewMessage(role: .user, content: "zqmessage"), to: his.id, owner: bob)
        _ = try await chat.store.beginDeletion(of: bob, home: .keep)
        #expect(try await chat.store.finishDeletion(of: bob)?.messages == 1)
        #expect(try traces(of: ["zq"]) == [])
    }

    /// Rows of many sizes between each other, some growing, some deleted: SQLite moves them from page to page.
    @Test(arguments: (0..<3).map { _ in UInt64.random(in: 1...1_000_000) })
    func noHistoryLeavesATrace(seed: UInt64) async throws {
        var random = SmallGenerator(state: seed)
        var live: [ConversationID: [MessageID: String]] = [:]
        var gone: [String] = []
        for _ in 0..<400 {
            let chosen = live.keys.sorted().randomElement(using: &random)
            switch (Int.random(in: 0..<40, using: &random), chosen) {
            case (0..<4, _), (_, nil): live[try await chat.conversation(title: "title")] = [:]
            case (4, let id?):
                gone += live.removeValue(forKey: id).map { Array($0.values) } ?? []
                try await chat.store.deleteConversation(id, owner: chat.owner)
            case (5..<8, let id?):
                guard let message = live[id]?.keys.sorted().randomElement(using: &random) else { continue }
                live[id]?.removeValue(forKey: message).map { gone.append($0) }
                try await chat.store.deleteMessage(message, of: id, owner: chat.owner)
            case (_, let id?):
                let word = marker(&random)
                let size = [0, 20, 200, 3000].randomElement(using: &random) ?? 0
                let text = "\(word) " + String(repeating: "filler ", count: Int.random(in: 0...size, using: &random))
                live[id]?[try await chat.post(text, in: id)] = word
            }
        }
        let leftovers = try traces(of: gone)
        #expect(leftovers == [], "seed \(seed), \(gone.count) deleted")
        let kept = live.values.flatMap(\.values)
        let seen = try Set(traces(of: kept))
        #expect(seen.count == kept.count, "seed \(seed)")
        for word in kept.prefix(20) { #expect(try await chat.find(word).count == 1, "seed \(seed)") }
    }

    @Test func aDeletionThatACrashCutOffIsFinishedByTheSweep() async throws {
        let id = try await chat.conversation(title: "zqtitle")
        try await chat.post("zqmessage", in: id)
        let raw = try chat.fixture.rawConnection()
        // As far as the transaction of a deletion goes.
        try await raw.write { db in
            try db.execute(
                sql: """
                    PRAGMA secure_delete = OFF;
                    DELETE FROM conversations;
                    INSERT INTO search (search) VALUES ('delete-all');
                    INSERT INTO forgotten DEFAULT VALUES;
                    """)
        }
        #expect(try traces(of: ["zq"]) != [])
        #expect(try await chat.store.sweep())
        #expect(try traces(of: ["zq"]) == [])
        let isLeft = try await chat.store.sweep()
        #expect(!isLeft)
    }

    @Test func deletionsAtOnceAreAllDone() async throws {
        var ids: [ConversationID] = []
        for number in 0..<20 {
            ids.append(try await chat.conversation(title: "zqtitle\(number)"))
            try await chat.post("zqmessage\(number)", in: ids[number])
        }
        try await withThrowingTaskGroup { group in
            for id in ids {
                group.addTask { [chat] in try await chat.store.deleteConversation(id, owner: chat.owner) }
            }
            try await group.waitForAll()
        }
        #expect(try traces(of: ["zq"]) == [])
        let isLeft = try await chat.store.sweep()
        #expect(!isLeft)
    }
}
