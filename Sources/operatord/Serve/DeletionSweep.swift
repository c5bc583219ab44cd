import Logging
import ServiceLifecycle
import Store

/// Finishes deletions of conversations that a crash interrupted, or whose database was too large to be rewritten while
/// somebody waits: soon after the start, then once a day.
struct DeletionSweep: Service {
    /// Lets the start be over, for others wait while a large database is rewritten.
    private static let first = Duration.seconds(60)
    private static let interval = Duration.seconds(86_400)

    let store: Store
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = Self.first
            while (try? await Task.sleep(for: pause)) != nil {
                await sweep()
                pause = Self.interval
            }
        }
    }

    private func sweep() async {
        do {
            if try await store.sweep() { logger.info("the database was rewritten without deleted conversations") }
        } catch {
            logger.warning("the database could not be rewritten", metadata: ["error": "\(error)"])
        }
    }
}
