import Logging
import ServiceLifecycle
import Spec
import Synchronization

/// Pulls the images of all offered backends once, one after another, so that no user waits for the first pull; a start
/// that needs one meanwhile joins its pull.
///
/// A failure is told and left: the runner's own start pulls again.
final class ImagePrepull: Service {
    private let keeping: any ImageKeeping
    private let images: [String]
    private let logger: Logger
    private let outcomes: Mutex<[String: String]>

    /// Does nothing when `stack.engine.prepull` is off.
    init(_ configuration: Configuration, keeping: any ImageKeeping, logger: Logger) {
        self.keeping = keeping
        self.logger = logger
        let stack = configuration.stack.engine
        let offered = configuration.backends.filter { !$0.disabled }
            .filter { $0.pullPolicy ?? stack.pullPolicy != .never }.map(\.image)
        images = stack.prepull ? Set(offered).sorted() : []
        outcomes = Mutex(Dictionary(images.map { ($0, "pending") }) { first, _ in first })
    }

    /// Image to `pending`, `present`, `ok` or `failed: …`; nil when images are not pulled ahead.
    var status: [String: String]? { images.isEmpty ? nil : outcomes.withLock { $0 } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for image in self.images {
                let outcome = await self.outcome(of: image)
                self.outcomes.withLock { $0[image] = outcome }
                self.logger.info("image prepared", metadata: ["image": "\(image)", "outcome": "\(outcome)"])
            }
        }
    }

    private func outcome(of image: String) async -> String {
        do throws(EngineError) {
            if case .present = await keeping.imageReport(of: image).presence { return "present" }
            try await keeping.pullImage(image) { _ in }
            return "ok"
        } catch {
            return "failed: \(error)"
        }
    }
}
