import Metrics
import Spec
import Synchronization

/// The configuration that everything runs on, replaced as a whole.
final class ConfigurationInForce: ConfigurationReading {
    private struct State {
        var current: Configuration
        var revision: Int
        var rejected: ConfigInvalid?
        var restartRequired: [String] = []
    }

    /// What the process was started with; a few settings stay as they are in it.
    private let started: StackSpec
    private let state: Mutex<State>
    private let figures = ConfigurationFigures()

    /// `rejected`: why the files themselves are not in force, when an earlier reading of them is.
    init(_ configuration: Configuration, rejected: ConfigInvalid? = nil) {
        started = configuration.stack
        let state = State(current: configuration, revision: 1, rejected: rejected)
        self.state = Mutex(state)
        figures.show(revision: 1, rejected: rejected, restartRequired: [])
    }

    var current: Configuration { state.withLock { $0.current } }
    var rejected: ConfigInvalid? { state.withLock { $0.rejected } }
    var restartRequired: [String] { state.withLock { $0.restartRequired } }

    /// The configuration with its revision, which counts from 1 within this process.
    var revised: (configuration: Configuration, revision: Int) { state.withLock { ($0.current, $0.revision) } }

    /// Puts it in force, but for what only a restart can change. True when that makes a difference.
    @discardableResult
    func put(_ configuration: Configuration) -> Bool {
        var configuration = configuration
        let waiting = StartSettings.keep(started, in: &configuration.stack)
        return update { state in
            state.rejected = nil
            state.restartRequired = waiting
            guard state.current != configuration else { return false }
            state.current = configuration
            state.revision += 1
            return true
        }
    }

    /// Notes why a newer edit is not in force.
    func reject(_ problems: ConfigInvalid) {
        update { $0.rejected = problems }
    }

    @discardableResult
    private func update<Result>(_ change: (inout State) -> Result) -> Result {
        state.withLock { state in
            defer {
                figures.show(
                    revision: state.revision, rejected: state.rejected, restartRequired: state.restartRequired)
            }
            return change(&state)
        }
    }
}

/// What `/metrics` tells of the configuration.
private struct ConfigurationFigures {
    private let revision = Gauge(label: "configuration_revision")
    private let invalid = Gauge(label: "configuration_invalid")
    private let restartRequired = Gauge(label: "configuration_restart_required")

    func show(revision: Int, rejected: ConfigInvalid?, restartRequired: [String]) {
        self.revision.record(revision)
        invalid.record(rejected == nil ? 0 : 1)
        self.restartRequired.record(restartRequired.isEmpty ? 0 : 1)
    }
}
