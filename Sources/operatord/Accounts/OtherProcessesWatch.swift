import Logging
import ServiceLifecycle
import Spec
import Store

/// Takes over, about a second later, what the command line writes into the database of a running operator.
struct OtherProcessesWatch: Service {
    private static let interval = Duration.seconds(1)

    let store: Store
    let removal: AccountRemoval
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await clock.sleep(for: Self.interval)) != nil { await look() }
        }
    }

    private func look() async {
        do {
            if try await store.followOtherProcesses() { await removal.takeUpMarked() }
        } catch {
            logger.warning("what other processes wrote cannot be read", metadata: ["error": "\(error)"])
        }
    }
}
