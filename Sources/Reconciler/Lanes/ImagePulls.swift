import Spec
import Synchronization

/// One pull per image at a time, shared by every lane that needs it. A pull goes on when a lane that waits leaves.
final class ImagePulls: Sendable {
    typealias Listener = @Sendable (PullProgress) -> Void

    private struct Pull {
        var listeners: [ObjectIdentifier: Listener] = [:]
        var waiters: [Promise<Result<Void, EngineError>>] = []
    }

    private let engine: any ContainerEngine
    private let workshop: Workshop
    private let pulls = Mutex<[String: Pull]>([:])

    init(engine: any ContainerEngine, workshop: Workshop) {
        self.engine = engine
        self.workshop = workshop
    }

    /// Waits for the pull of `image` that is under way, or begins one.
    func pull(_ image: String, progress: @escaping Listener) async throws(EngineError) {
        let waiter = Promise<Result<Void, EngineError>>()
        let begins = pulls.withLock { pulls in
            let begins = pulls[image] == nil
            pulls[image, default: Pull()].listeners[ObjectIdentifier(waiter)] = progress
            pulls[image]?.waiters.append(waiter)
            return begins
        }
        defer { pulls.withLock { _ = $0[image]?.listeners.removeValue(forKey: ObjectIdentifier(waiter)) } }
        if begins { workshop.add { await self.carryOut(image) } }
        try await waiter.value(ifCancelled: .failure(.cancelled)).get()
    }

    private func carryOut(_ image: String) async {
        let result: Result<Void, EngineError>
        do throws(EngineError) {
            try await engine.pullImage(image) { progress in
                for listener in self.pulls.withLock({ $0[image]?.listeners ?? [:] }).values { listener(progress) }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        let waiters = pulls.withLock { $0.removeValue(forKey: image)?.waiters ?? [] }
        for waiter in waiters { waiter.resolve(result) }
    }
}
