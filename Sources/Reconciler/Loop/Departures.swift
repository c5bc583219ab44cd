import Spec
import Synchronization

/// Those who wait until a stopped runner has no container left.
final class Departures: Sendable {
    private struct Departure {
        var runner: RunnerID
        /// Passes begun when the wish was withdrawn; only a later one knows of it.
        var pass: Int
        var since: Timestamp
        let done = Promise<Result<Void, GateError>>()
    }

    private let waiting = Mutex<[Departure]>([])

    func wait(for id: RunnerID, afterPass pass: Int, since: Timestamp) async throws(GateError) {
        let departure = Departure(runner: id, pass: pass, since: since)
        waiting.withLock { $0.append(departure) }
        try await departure.done.value(ifCancelled: .failure(.cancelled)).get()
    }

    /// A pass saw the world; `isGone` tells what it saw of a runner.
    func settle(byPass pass: Int, isGone: (RunnerID) -> Bool) {
        resolve(.success(())) { $0.pass < pass && isGone($0.runner) }
    }

    /// The world cannot be seen, and who waits since before `deadline` has waited long enough.
    func giveUp(waitingSince deadline: Timestamp, _ error: GateError) {
        resolve(.failure(error)) { $0.since <= deadline }
    }

    private func resolve(_ result: Result<Void, GateError>, where applies: (Departure) -> Bool) {
        let settled = waiting.withLock { waiting -> [Departure] in
            let settled = waiting.filter(applies)
            waiting.removeAll(where: applies)
            return settled
        }
        for departure in settled { departure.done.resolve(result) }
    }
}
