import Spec
import Synchronization

/// The configuration that everything runs on, replaced as a whole.
final class ConfigurationInForce: ConfigurationReading {
    private struct State {
        var current: Configuration
        var revision: Int
        var rejected: ConfigInvalid?
    }

    private let state: Mutex<State>

    init(_ configuration: Configuration) {
        state = Mutex(State(current: configuration, revision: 1))
    }

    var current: Configuration { state.withLock { $0.current } }
    var rejected: ConfigInvalid? { state.withLock { $0.rejected } }

    /// The configuration with its revision, which counts from 1 within this process.
    var revised: (configuration: Configuration, revision: Int) { state.withLock { ($0.current, $0.revision) } }
}
