import Spec
import Synchronization

/// One pull per image at a time, shared by every lane and person that needs it. A pull goes on when one who waits leaves.
final class ImagePulls: Sendable {
    typealias Listener = @Sendable (PullProgress) -> Void

    private struct Pull {
        var progress: PullProgress
        var listeners: [ObjectIdentifier: Listener] = [:]
        var waiters: [Promise<Result<Void, EngineError>>] = []
    }

    private struct State {
        var pulls: [String: Pull] = [:]
        /// By image; bounded, because images come from files.
        var ends: [String: PullEnd] = [:]
    }

    /// Images whose last pull is remembered.
    private static let mostEnds = 1000

    private let engine: any ContainerEngine
    private let workshop: Workshop
    private let clock: any WallClock
    private let ended: @Sendable () -> Void
    private let state = Mutex(State())

    /// `ended` is called after each pull, however it ended.
    init(
        engine: any ContainerEngine, workshop: Workshop, clock: any WallClock,
        ended: @escaping @Sendable () -> Void
    ) {
        self.engine = engine
        self.workshop = workshop
        self.clock = clock
        self.ended = ended
    }

    /// Waits for the pull of `image` that is under way, or begins one.
    func pull(_ image: String, progress: @escaping Listener) async throws(EngineError) {
        let waiter = Promise<Result<Void, EngineError>>()
        begin(image) { pull in
            pull.listeners[ObjectIdentifier(waiter)] = progress
            pull.waiters.append(waiter)
        }
        defer { state.withLock { _ = $0.pulls[image]?.listeners.removeValue(forKey: ObjectIdentifier(waiter)) } }
        try await waiter.value(ifCancelled: .failure(.cancelled)).get()
    }

    /// Has it pulled unless it is already.
    func begin(_ image: String) { begin(image) { _ in } }

    /// Of the pull under way, and of the last one that is over.
    func report(of image: String) -> (pull: PullProgress?, last: PullEnd?) {
        state.withLock { ($0.pulls[image]?.progress, $0.ends[image]) }
    }

    private func begin(_ image: String, join: (inout Pull) -> Void) {
        let begins = state.withLock { state in
            let begins = state.pulls[image] == nil
            join(&state.pulls[image, default: Pull(progress: PullProgress(image: image))])
            return begins
        }
        if begins { workshop.add { await self.carryOut(image) } }
    }

    private func carryOut(_ image: String) async {
        let result: Result<Void, EngineError>
        do throws(EngineError) {
            try await engine.pullImage(image) { progress in self.tell(progress, of: image) }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let waiters = state.withLock { state in
            if state.ends.count >= Self.mostEnds { state.ends.removeAll() }
            state.ends[image] = PullEnd(at: clock.now(), problem: result.problem)
            return state.pulls.removeValue(forKey: image)?.waiters ?? []
        }
        for waiter in waiters { waiter.resolve(result) }
        ended()
    }

    private func tell(_ progress: PullProgress, of image: String) {
        let listeners = state.withLock { state in
            state.pulls[image]?.progress = progress
            return state.pulls[image]?.listeners ?? [:]
        }
        for listener in listeners.values { listener(progress) }
    }
}

extension Result where Success == Void, Failure == EngineError {
    fileprivate var problem: String? {
        if case .failure(let error) = self { error.description } else { nil }
    }
}
