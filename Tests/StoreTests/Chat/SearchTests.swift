import Foundation
import Spec
import Store
import Testing

@Suite struct SearchTests {
    private let chat: ChatFixture

    init() async throws { chat = try await ChatFixture() }

    /// The message that is found, with what matched in its snippet.
    private func matches(_ typed: String) async throws -> [[String]] {
        try await chat.find(typed).filter { $0.message != nil }.map { hit in
            let units = Array(hit.snippet.utf16)
            return hit.matches.map { String(decoding: units[$0], as: UTF16.self) }
        }
    }

    @Test(arguments: [
        ("fox", ["fox"]), ("FOX", ["fox"]), ("qui bro", ["quick", "brown"]), ("\"quick brown\"", ["quick brown"]),
        ("naive", ["naïve"]), ("NAÏ", ["naïve"]), ("crème", ["Crème"]), ("café", ["cafe\u{301}"]),
        ("東京", ["東京"]), ("京", ["京", "京"]), ("\"東京タワー\"", ["東京タワー"]), ("안녕", ["안녕"]), ("สวัส", ["สวัส"]),
        ("🎉", ["🎉"]), ("👩‍👩‍👧", ["👩‍👩‍👧"]), ("don't", ["don't"]), ("foo-bar", ["foo-bar"]), ("ab12", ["ab12cd"]),
        ("\"quick", ["quick"]), ("über", ["über"]), ("привет", ["Привет"]),
    ])
    func aWordIsFoundWhereItStands(typed: String, expected: [String]) async throws {
        let id = try await chat.conversation(title: "untitled")
        try await chat.post(
            """
            The quick brown fox. naïve Crème cafe\u{301} 私は東京タワーと京都 안녕하세요 สวัสดี 🎉great👩‍👩‍👧 don't foo-bar ab12cd über \
            Привет
            """, in: id)
        #expect(try await matches(typed) == [expected])
    }

    @Test(arguments: [
        "ox", "\"brown quick\"", "quick missing", "\"quic\"", "都京", "\"東京都\"", "xyz", "", "  ", "\"\"", "!!!", "'", "-",
        "*",
    ])
    func whatIsNotThereIsNotFound(typed: String) async throws {
        let id = try await chat.conversation(title: "untitled")
        try await chat.post("The quick brown fox. 私は東京タワーと京都", in: id)
        #expect(try await chat.find(typed).isEmpty)
    }

    @Test(arguments: [
        "\"", "\"\"\"", "a\"b", "NEAR(a b)", "a AND", "OR", "NOT", "a NOT b", "owner:u1", "words : x", "{a b}", "^a",
        "a*",
        "(", ")", "a + b", "a:b", "-a", "'; DROP TABLE search; --", "\u{0}", "a\u{0}b", "\\", "*\"*", "(\"a\"*) AND",
        String(repeating: "a ", count: 30), String(repeating: "漢", count: 500), "🎉\"👩‍👩‍👧",
    ])
    func noTextIsAnError(typed: String) async throws {
        let id = try await chat.conversation()
        try await chat.post("a b c owner words OR not near", in: id)
        _ = try await chat.find(typed)
    }

    @Test func anyMixOfSignsIsNoError() async throws {
        let id = try await chat.conversation()
        try await chat.post("a b 漢 🎉", in: id)
        var random = SmallGenerator(state: 7)
        let signs = Array("ab\"*()^:-+{}漢🎉 \u{0}'\\ANDORNEAR,.%_;é\u{301}")
        for _ in 0..<400 {
            let length = Int.random(in: 0..<12, using: &random)
            let typed = String((0..<length).compactMap { _ in signs.randomElement(using: &random) })
            _ = try await chat.find(typed)
        }
    }

    @Test func titlesComeFirstThenTheNewestMessages() async throws {
        let (first, second) = (
            try await chat.conversation(title: "plans one"), try await chat.conversation(title: "plans two")
        )
        let messages = [
            try await chat.post("my plans", in: first), try await chat.post("plans again", in: second),
            try await chat.post("more plans", in: first, as: .assistant),
        ]
        let hits = try await chat.find("plan")
        #expect(hits.map(\.message) == [nil, nil, messages[2], messages[1], messages[0]])
        #expect(hits.map(\.conversation.id) == [second, first, first, second, first])
        #expect(hits[0].snippet == "plans two")
        #expect(hits[0].matches == [0..<5])
    }

    @Test func pagesHaveEveryHitOnce() async throws {
        let id = try await chat.conversation(title: "word")
        for number in 0..<11 { try await chat.post("word \(number)", in: id) }
        var (found, cursor) = ([MessageID?](), SearchCursor?.none)
        repeat {
            let page = try await chat.store.search(SearchQuery("word"), before: cursor, limit: 5, owner: chat.owner)
            found += page.hits.map(\.message)
            cursor = page.next
        } while cursor != nil
        #expect(found.count == 12)
        #expect(Set(found).count == 12)
    }

    @Test func onlyOnesOwnIsFound() async throws {
        let bob = try await chat.fixture.user("bob").id
        try await chat.post("secret plans", in: try await chat.conversation(title: "secret"))
        for typed in ["secret", "plans", "u\(chat.owner)", "owner:u\(chat.owner)"] {
            #expect(try await chat.store.search(SearchQuery(typed), before: nil, limit: 10, owner: bob).hits.isEmpty)
        }
    }

    @Test func whatChangesIsFoundAsItIsNow() async throws {
        let id = try await chat.conversation(title: "before")
        _ = try await chat.store.editConversation(id, ConversationEdit(title: "after"), owner: chat.owner)
        #expect(try await chat.find("before").isEmpty)
        #expect(try await chat.find("after").count == 1)
        let message = try await chat.post("passing", in: id)
        try await chat.store.deleteMessage(message, of: id, owner: chat.owner)
        #expect(try await chat.find("passing").isEmpty)
    }

    @Test func anAnswerIsFoundWhenItIsOver() async throws {
        let id = try await chat.conversation()
        let begun = try await chat.store.beginRun(
            NewRun(conversation: id, input: .say("question", parent: nil)), owner: chat.owner)
        try await chat.store.saveProgress(of: begun.run.id, AnswerSoFar(content: "partial"))
        #expect(try await chat.find("partial").isEmpty)
        _ = try await chat.store.endRun(
            begun.run.id, as: .complete, AnswerSoFar(content: "complete answer"), failure: nil)
        #expect(try await chat.find("partial").isEmpty)
        #expect(try await chat.find("complete answer").map(\.message) == [begun.answer.id])
    }

    @Test func aSnippetShowsTheFirstMatchAsOneLine() async throws {
        let id = try await chat.conversation(title: "untitled")
        let text =
            String(repeating: "filler 👩‍👩‍👧\n", count: 2000) + "the needle\r\nis here"
            + String(repeating: " more", count: 2000)
        try await chat.post(text, in: id)
        let hit = try #require(try await chat.find("needle").first)
        #expect(hit.snippet.count <= 201)
        let lines = hit.snippet.split(whereSeparator: \.isNewline)
        #expect(lines.count == 1)
        #expect(hit.snippet.contains("the needle"))
        let match = try #require(hit.matches.first)
        #expect(String(decoding: Array(hit.snippet.utf16)[match], as: UTF16.self) == "needle")
    }
}
