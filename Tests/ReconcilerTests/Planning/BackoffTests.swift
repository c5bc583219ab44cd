import Reconciler
import SimulatedEngine
import Spec
import Testing

@Suite("Backoff")
struct BackoffTests {
    private let failure = RunnerFailure(reason: .exited, message: "exited with code 1", at: PlanInput.noon)

    private func next(
        after previous: FailureRecord?, generation: Int64 = 1, readyFor: Duration? = nil, seed: UInt64 = 1
    ) -> FailureRecord {
        var generator = SplitMix64(seed: seed)
        return .next(
            after: previous, failure: failure, generation: generation, now: PlanInput.noon, readyFor: readyFor,
            using: &generator)
    }

    private func record(_ count: Int) -> FailureRecord {
        FailureRecord(count: count, generation: 1, retryAt: .epoch, last: failure)
    }

    @Test(arguments: [(0, 2), (1, 6), (2, 18), (3, 54), (4, 162), (5, 300), (6, 300), (Int.max, 300)])
    func `Waits grow threefold to 300 s, less at most a fifth`(failures: Int, seconds: Int) {
        for seed in 0..<200 as Range<UInt64> {
            let wait = next(after: failures == 0 ? nil : record(failures), seed: seed).retryAt - PlanInput.noon
            #expect(wait <= .seconds(seconds) && wait >= .seconds(seconds) * 4 / 5, "seed \(seed)")
        }
    }

    @Test func `Chance spreads runners that fell together`() {
        #expect(Set((0..<100).map { next(after: record(2), seed: $0).retryAt }).count > 50)
    }

    @Test func `The same seed gives the same wait`() {
        #expect(next(after: record(2), seed: 7) == next(after: record(2), seed: 7))
    }

    @Test func `Failures in a row are counted`() {
        #expect(next(after: nil).count == 1)
        #expect(next(after: record(3)).count == 4)
        #expect(next(after: record(3), readyFor: .milliseconds(59_999)).count == 4)
        #expect(next(after: record(.max)).count == .max)
    }

    @Test func `A steady minute and a new generation forget`() {
        #expect(next(after: record(3), readyFor: .seconds(60)).count == 1)
        #expect(next(after: record(3), generation: 2).count == 1)
        #expect(next(after: record(3), generation: 2).generation == 2)
    }
}
