import Testing

@testable import API

struct SessionIdentifierTests {
    @Test(arguments: [
        (nil, "agstack-u7"),
        ("conv-42_x@example.com", "conv-42_x@example.com"),
        ("../a\\b", ".%2E%2Fa%5Cb"),
        ("C:x", "C%3Ax"),
        ("a b", "a%20b"),
        ("a%20b", "a%2520b"),
        ("a\r\nX: 1", "a%0D%0AX%3A%201"),
        ("ü", "%C3%BC"),
        ("\u{0}\u{7F}", "%00%7F"),
    ])
    func isSafeInAHeader(user: String?, expected: String) {
        #expect(SessionIdentifier.make(user: user, account: 7) == expected)
    }

    @Test func longOnesStayShortAndApart() {
        let long = String(repeating: "用户", count: 1000)
        let one = SessionIdentifier.make(user: long + "1", account: 7)
        let two = SessionIdentifier.make(user: long + "2", account: 7)
        #expect(one != two)
        #expect(one.utf8.count < 100)
        #expect(SessionIdentifier.make(user: String(repeating: "a", count: 129), account: 7).utf8.count < 100)
    }
}
