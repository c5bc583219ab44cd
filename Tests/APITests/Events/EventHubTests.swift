import NIOCore
import Spec
import Testing

@testable import API

@Suite struct EventHubTests {
    private let clock = TestClock()
    private let alice: UserID = 1
    private let bob: UserID = 2

    private func hub(_ limits: EventLimits = EventLimits()) -> EventHub {
        EventHub(clock: clock, limits: limits, boot: "b")
    }

    /// Everything that the subscription has now, as (id, event, data).
    private func read(_ subscription: EventSubscription) -> [[String]] {
        var text = ""
        while let bytes = subscription.next() { text += String(buffer: bytes) }
        return text.split(separator: "\n\n").map { frame in
            frame.split(separator: "\n").map { String($0[$0.index(after: $0.firstIndex(of: " ") ?? $0.startIndex)...]) }
        }
    }

    @Test func whoConnectsGetsWhatComesFromThenOnAndNobodyElses() {
        let hub = hub()
        hub.publish(.keys, to: alice, ["before": 1])
        let subscription = hub.subscribe(alice, after: nil)
        #expect(String(buffer: subscription.greeting) == "id: b-0\nevent: hello\ndata: {\"boot\":\"b\"}\n\n")
        hub.publish(.keys, to: bob, ["other": 1])
        hub.publish(.conversationDeleted, to: alice, ["id": 7])
        #expect(read(subscription) == [["b-1", "conversation.deleted", #"{"id":7}"#]])
        #expect(read(subscription).isEmpty)
    }

    @Test func everyConnectionSeesTheSameEventsWithTheSameIds() {
        let hub = hub()
        let (first, second) = (hub.subscribe(alice, after: nil), hub.subscribe(alice, after: nil))
        for number in 0..<100 { hub.publish(.keys, to: alice, ["n": number]) }
        let seen = read(first)
        #expect(seen.count == 100)
        #expect(seen == read(second))
    }

    @Test func whoComesBackGetsWhatWasMissedOnce() {
        let hub = hub()
        let first = hub.subscribe(alice, after: nil)
        for number in 0..<5 { hub.publish(.keys, to: alice, ["n": number]) }
        let seen = read(first)
        first.end()
        hub.publish(.keys, to: alice, ["n": 5])
        let second = hub.subscribe(alice, after: seen[2][0])
        #expect(read(second).map(\.[0]) == ["b-4", "b-5", "b-6"])
    }

    @Test(arguments: ["other-3", "b-99", "b--1", "nonsense", "b-", "-"])
    func anIdThatMeansNothingHereIsAnsweredWithAReset(id: String) {
        let hub = hub()
        let first = hub.subscribe(alice, after: nil)
        hub.publish(.keys, to: alice, ["n": 1])
        let subscription = hub.subscribe(alice, after: id)
        #expect(read(subscription) == [["b-1", "reset", "{}"]])
        hub.publish(.keys, to: alice, ["n": 2])
        #expect(read(subscription).map(\.[0]) == ["b-2"])
        first.end()
    }

    @Test func whoIsTooSlowIsResetAndCostsNoMoreThanTheRing() {
        let hub = hub(EventLimits(count: 10))
        let subscription = hub.subscribe(alice, after: nil)
        for number in 0..<11 { hub.publish(.keys, to: alice, ["n": number]) }
        #expect(read(subscription) == [["b-11", "reset", "{}"]])
        for number in 0..<10 { hub.publish(.keys, to: alice, ["n": number]) }
        #expect(read(subscription).count == 10)
    }

    @Test func theRingIsBoundedInBytesToo() {
        let hub = hub(EventLimits(bytes: 1000))
        let subscription = hub.subscribe(alice, after: nil)
        hub.publish(.keys, to: alice, [String(repeating: "x", count: 600)])
        hub.publish(.keys, to: alice, [String(repeating: "y", count: 600)])
        #expect(read(subscription).map(\.[1]) == ["reset"])
        #expect(read(hub.subscribe(alice, after: "b-1")).count == 1)
    }

    @Test func oneConnectionTooManyEndsTheOldest() async {
        let hub = hub(EventLimits(subscribers: 2))
        let subscriptions = (0..<3).map { _ in hub.subscribe(alice, after: nil) }
        for await _ in subscriptions[0].wakes {}
        hub.publish(.keys, to: alice, ["n": 1])
        #expect(read(subscriptions[1]).count == 1)
        #expect(read(subscriptions[2]).count == 1)
    }

    @Test func afterALongAbsenceEverythingIsReadAgain() {
        let hub = hub()
        let first = hub.subscribe(alice, after: nil)
        hub.publish(.keys, to: alice, ["n": 1])
        first.end()
        clock.advance(by: .seconds(599))
        #expect(hub.isWatched(alice))
        #expect(read(hub.subscribe(alice, after: "b-0")).count == 1)
    }

    @Test func nothingIsKeptForAUserWhoDoesNotComeBack() {
        let hub = hub()
        let first = hub.subscribe(alice, after: nil)
        hub.publish(.keys, to: alice, ["n": 1])
        first.end()
        clock.advance(by: .seconds(600))
        #expect(!hub.isWatched(alice))
        hub.publish(.keys, to: alice, ["n": 2])
        #expect(read(hub.subscribe(alice, after: "b-1")).map(\.[1]) == ["reset"])
    }
}
