import Testing

@testable import API

@Suite struct EventStreamReaderTests {
    private func events(_ text: String, longest: Int = 1000) throws -> [EventStreamReader.Event] {
        var reader = EventStreamReader(longest: longest)
        let events = try reader.read(text.utf8)
        return events + (reader.finish().map { [$0] } ?? [])
    }

    private func event(_ data: String, type: String? = nil) -> EventStreamReader.Event {
        EventStreamReader.Event(type: type, data: Array(data.utf8))
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func linesEndInThreeWays(ending: String) throws {
        let text = ["data: one", "", "event: x", "data: two", "data: three", "", ""].joined(separator: ending)
        #expect(try events(text) == [event("one"), event("two\nthree", type: "x")])
    }

    @Test func aCommentIsNoEventAndKeepsNoneFromComing() throws {
        #expect(try events(": ping\n\ndata: a\n: ping\n\n:\n\n") == [event("a")])
    }

    @Test func oneSpaceBehindTheColonIsNoPartOfTheValue() throws {
        #expect(try events("data:a\n\ndata:  b\n\ndata\n\n") == [event("a"), event(" b"), event("")])
    }

    @Test func anEventWithoutDataIsNoneAndItsTypeIsNotTheNextOnes() throws {
        #expect(try events("event: x\n\ndata: a\n\n") == [event("a")])
    }

    @Test func theStreamsEndCompletesAnEvent() throws {
        #expect(try events("data: a\n\ndata: b") == [event("a"), event("b")])
        #expect(try events("data: a\n\n: ping") == [event("a")])
    }

    @Test func aByteOrderMarkAtTheBeginningIsSkipped() throws {
        #expect(try events("\u{FEFF}data: a\n\n") == [event("a")])
    }

    @Test func anEventLongerThanTheLimitIsRefusedInOneLineOrInMany() {
        #expect(throws: EventStreamReader.TooLong()) {
            try events("data: " + String(repeating: "x", count: 100), longest: 50)
        }
        #expect(throws: EventStreamReader.TooLong()) {
            try events(String(repeating: "data: xxxxxxxxxx\n", count: 10), longest: 50)
        }
    }

    @Test func howeverTheBytesAreCutTheEventsAreTheSame() throws {
        let text = "\u{FEFF}event: tool\r\ndata: {\"a\": \"ä€😀\"}\r\n\r\n: c\r\rdata: x\ndata:y\n\ndata: [DONE]\n\n"
        let whole = try events(text)
        #expect(whole.count == 3)
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var reader = EventStreamReader(longest: 1000)
            let cutEvents = try reader.read(bytes[..<cut]) + reader.read(bytes[cut...])
            #expect(cutEvents == whole, "cut at \(cut)")
        }
        var reader = EventStreamReader(longest: 1000)
        #expect(try bytes.flatMap { try reader.read(CollectionOfOne($0)) } == whole)
    }
}
