import Spec
import Testing

@Suite struct ChatTextTests {
    @Test(arguments: [
        ("Hello", "Hello"),
        ("  \n Hello \t\r\n world  ", "Hello world"),
        (String(repeating: "x", count: 61), String(repeating: "x", count: 60)),
        (String(repeating: "😀", count: 100), String(repeating: "😀", count: 60)),
        // Five scalars each, and never a part of one.
        (String(repeating: "👩‍👩‍👧", count: 30), String(repeating: "👩‍👩‍👧", count: 12)),
        (String(repeating: "x", count: 58) + "👩‍👩‍👧", String(repeating: "x", count: 58)),
        (String(repeating: "e\u{301}", count: 40), String(repeating: "e\u{301}", count: 30)),
        ("a" + String(repeating: "\u{301}", count: 100), "a" + String(repeating: "\u{301}", count: 59)),
        ("a\u{0}b", "a b"),
        ("", ""),
        (" \n ", ""),
    ])
    func aTitleIsTheBeginningOfTheMessage(message: String, title: String) {
        #expect(Title.automatic(from: message) == title)
    }

    @Test(arguments: [
        ("one two", [SearchQuery.Term(text: "one", isPrefix: true), .init(text: "two", isPrefix: true)]),
        ("\"one two\" three", [.init(text: "one two", isPrefix: false), .init(text: "three", isPrefix: true)]),
        (
            "a\"b c\"d",
            [.init(text: "a", isPrefix: true), .init(text: "b c", isPrefix: false), .init(text: "d", isPrefix: true)]
        ),
        ("\"open", [.init(text: "open", isPrefix: false)]),
        ("", []),
    ])
    func whatIsTypedIsRead(typed: String, terms: [SearchQuery.Term]) {
        #expect(SearchQuery(typed).terms == terms)
    }

    @Test func aCursorIsReadAsItIsPrinted() throws {
        let conversation = Conversation(
            id: 7, owner: 1, backend: "b", number: 1, model: "m", createdAt: .epoch,
            updatedAt: Timestamp(milliseconds: 1_800_000_000_123))
        let cursor = ConversationCursor(conversation)
        #expect(cursor.description == "1800000000123.7")
        #expect(ConversationCursor(cursor.description) == cursor)
        for text in ["", "7", "1.2.3", "a.b", "1.", ".1", "1.99999999999999999999"] {
            #expect(ConversationCursor(text) == nil, "\(text)")
        }
    }
}
