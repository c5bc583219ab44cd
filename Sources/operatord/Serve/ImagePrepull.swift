import Logging
import ServiceLifecycle
import Spec
import Synchronization

/// Pulls the images of all offered backends once, one after another, so that no user waits for the first pull.
///
/// A failure is told and left: the runner's own start pulls again.
final class ImagePrepull: Service {
    private let engine: any ContainerEngine
    private let images: [String]
    private let logger: Logger
    private let outcomes: Mutex<[String: String]>

    /// Does nothing when `stack.engine.prepull` is off.
    init(_ configuration: Configuration, engine: any ContainerEngine, logger: Logger) {
        self.engine = engine
        self.logger = logger
        let offered = configuration.backends.filter { !$0.disabled }.map(\.image)
        images = configuration.stack.engine.prepull ? Set(offered).sorted() : []
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
            if try await engine.imageID(of: image) != nil { return "present" }
            try await engine.pullImage(image) { _ in }
            return "ok"
        } catch {
            return "failed: \(error)"
        }
    }
}
