import Spec
import Store
import Testing

@Suite struct JournalTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }
    private let id = RunnerID(user: "alice", backend: "demo")
    private let gone = RunnerID(user: "gone", backend: "demo")

    init() async throws {
        fixture = try StoreFixture()
        try await fixture.user("alice")
    }

    private func failure(count: Int, logTail: [String]) -> FailureRecord {
        let last = RunnerFailure(
            reason: .exited, message: "exit 1", logTail: logTail, at: Timestamp(milliseconds: 7))
        return FailureRecord(
            count: count, generation: 3, fingerprint: "v1:a:b:c", retryAt: Timestamp(milliseconds: 9), last: last)
    }

    @Test(arguments: [[], [""], ["one", "", "three"]])
    func aFailureComesBackAsItWasStored(logTail: [String]) async throws {
        try await store.setFailure(failure(count: 1, logTail: []), for: id)
        try await store.setFailure(failure(count: 2, logTail: logTail), for: id)
        #expect(try await store.failureHistory().records == [id: failure(count: 2, logTail: logTail)])
        try await store.setFailure(nil, for: id)
        #expect(try await store.failureHistory().records.isEmpty)
    }

    @Test func whatConcernsADeletedUserIsDropped() async throws {
        try await store.setFailure(failure(count: 1, logTail: []), for: gone)
        try await store.record(RunnerEvent(runner: gone, at: .epoch, reason: "Reaped", message: ""))
        try await store.recordActivity([gone: .epoch])
        #expect(try await store.failureHistory().records.isEmpty)
        #expect(try await store.events(of: gone, limit: 50).isEmpty)
    }

    @Test func activityNeverMovesBackAndNudgesNobody() async throws {
        try await store.wish(id, at: Timestamp(milliseconds: 100), retry: false)
        let nudges = fixture.nudges.value
        try await store.recordActivity([id: Timestamp(milliseconds: 300), gone: Timestamp(milliseconds: 300)])
        try await store.recordActivity([id: Timestamp(milliseconds: 200)])
        #expect(try await fixture.wish(of: id)?.lastActivity == Timestamp(milliseconds: 300))
        #expect(fixture.nudges.value == nudges)
    }

    @Test func theNewestTwoHundredEventsOfARunnerAreKept() async throws {
        let other = RunnerID(user: "alice", backend: "other")
        try await store.record(RunnerEvent(runner: other, at: .epoch, reason: "Created", message: "first"))
        for number in 1...203 {
            try await store.record(
                RunnerEvent(
                    runner: id, at: Timestamp(milliseconds: 5), reason: "Created", message: "\(number)",
                    logTail: ["line \(number)"]))
        }
        let events = try await store.events(of: id, limit: 1000)
        #expect(events.map(\.message) == (4...203).reversed().map(String.init))
        #expect(events.first?.logTail == ["line 203"])
        #expect(try await store.events(of: id, limit: 2).count == 2)
        #expect(try await store.events(of: other, limit: 50).map(\.message) == ["first"])
    }
}
