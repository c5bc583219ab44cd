import Testing

@testable import API

/// The order of requests on one connection, without a network.
struct ConnectionSequenceTests {
    typealias Part = ConnectionSequence.Part

    private var sequence = ConnectionSequence()

    private mutating func verdicts(_ parts: [Part], wantsBody: Bool = true) -> [ConnectionSequence.Verdict] {
        parts.map { sequence.next($0, exchangeWantsBody: wantsBody) }
    }

    @Test mutating func otherRequestsAreNotHeldUpByOneAnother() {
        let request: [Part] = [.head(isOurs: false), .body, .end]
        #expect(verdicts(request + request) == Array(repeating: .passOn, count: 6))
        #expect(sequence.isAnswering)
    }

    @Test mutating func anExchangeWaitsForTheAnswersBeforeIt() {
        #expect(verdicts([.head(isOurs: false), .end]) == [.passOn, .passOn])
        #expect(verdicts([.head(isOurs: true)]) == [.hold])
        sequence.passedOnEnded()
        #expect(verdicts([.head(isOurs: true), .body, .end]) == [.begin, .take, .take])
    }

    @Test(arguments: [true, false])
    mutating func whateverFollowsAnExchangeWaitsForItsEnd(isOurs: Bool) {
        #expect(verdicts([.head(isOurs: true), .end]) == [.begin, .take])
        #expect(verdicts([.head(isOurs: isOurs)]) == [.hold])
        sequence.exchangeEnded()
        #expect(verdicts([.head(isOurs: isOurs)]) == [isOurs ? .begin : .passOn])
    }

    @Test mutating func aBodyWaitsUntilTheExchangeTakesIt() {
        #expect(verdicts([.head(isOurs: true)]) == [.begin])
        #expect(verdicts([.body, .end], wantsBody: false) == [.hold, .hold])
        #expect(verdicts([.body, .end]) == [.take, .take])
    }

    @Test mutating func theRestOfARefusedRequestIsDropped() {
        #expect(verdicts([.head(isOurs: true)]) == [.begin])
        sequence.exchangeEnded()
        #expect(sequence.isInsideRequest)
        #expect(verdicts([.body, .end], wantsBody: false) == [.drop, .drop])
        #expect(!sequence.isInsideRequest)
        #expect(!sequence.isAnswering)
    }
}
