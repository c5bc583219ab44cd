import Testing

@testable import API

struct RequestIDTests {
    @Test func newOnesDifferAndCount() throws {
        let ids = (0..<100).map { _ in RequestID.accepting(nil) }
        #expect(Set(ids).count == 100)
        for id in ids { #expect(try #/req_[0-9a-f]{24}/#.wholeMatch(in: id) != nil, "\(id)") }
        #expect(Set(ids.map { $0.prefix(14) }).count == 1)
    }

    @Test(arguments: [
        (0, 1, "0"), (0xabc, 3, "abc"), (0xabc, 6, "000abc"), (0x1234, 2, "34"), (UInt64.max, 16, "ffffffffffffffff"),
    ])
    func digitsAreTheNumbersLowest(number: UInt64, digits: Int, text: String) {
        #expect(RandomID.hex(number, digits: digits) == text)
    }

    @Test func randomOnesHaveTheLengthThatWasAskedFor() {
        for bytes in [1, 5, 8, 12, 16, 20] { #expect(RandomID.make(bytes: bytes).utf8.count == bytes * 2) }
        #expect(RandomID.make(bytes: 16) != RandomID.make(bytes: 16))
    }
}
