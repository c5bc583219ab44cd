import Logging
import ServiceLifecycle
import Spec
import Store

/// Writes down every few seconds, and at the end, when API tokens were used.
struct TokenUseWriter: Service {
    private static let interval = Duration.seconds(10)

    let store: Store
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await clock.sleep(for: Self.interval)) != nil { await save() }
        }
        await save()
    }

    /// A failure is told and left: what was not written is written with the next.
    private func save() async {
        do {
            try await store.saveTokenUse()
        } catch {
            logger.warning("the API tokens' last use was not written", metadata: ["error": "\(error)"])
        }
    }
}
