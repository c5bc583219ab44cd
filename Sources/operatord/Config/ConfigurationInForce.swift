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
        /// The commit that `current` was read from.
        var applied: SourceCommit?
        var look = SourceLook()

        var source: SourceStatus? {
            guard let source = current.stack.source else { return nil }
            return SourceStatus(
                url: source.shownURL, ref: source.ref, applied: applied,
                pending: look.commit == applied ? nil : look.commit, lookedAt: look.at, problem: look.problem)
        }
    }

    /// How the repository was found the last time.
    private struct SourceLook {
        var commit: SourceCommit?
        var at: Timestamp?
        var problem: String?
    }

    /// What the process was started with; a few settings stay as they are in it.
    private let started: StackSpec
    private let state: Mutex<State>
    private let figures = ConfigurationFigures()

    /// `rejected`: why the files themselves are not in force, when an earlier reading of them is. `applied`: the commit
    /// that the configuration was read from, `newest` the one that was fetched last.
    init(
        _ configuration: Configuration, rejected: ConfigInvalid? = nil, applied: SourceCommit? = nil,
        newest: SourceCommit? = nil
    ) {
        started = configuration.stack
        let state = State(
            current: configuration, revision: 1, rejected: rejected, applied: applied,
            look: SourceLook(commit: newest ?? applied))
        self.state = Mutex(state)
        update { _ in }
    }

    var current: Configuration { state.withLock { $0.current } }
    var rejected: ConfigInvalid? { state.withLock { $0.rejected } }
    var restartRequired: [String] { state.withLock { $0.restartRequired } }

    /// The configuration with its revision, which counts from 1 within this process.
    var revised: (configuration: Configuration, revision: Int) { state.withLock { ($0.current, $0.revision) } }

    /// Puts it in force, but for what only a restart can change. True when that makes a difference.
    @discardableResult
    func put(_ configuration: Configuration, applied: SourceCommit? = nil) -> Bool {
        var configuration = configuration
        let waiting = StartSettings.keep(started, in: &configuration.stack)
        return update { state in
            state.rejected = nil
            state.restartRequired = waiting
            state.applied = applied
            if let applied { state.look.commit = applied }
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

    var source: SourceStatus? { state.withLock { $0.source } }

    /// Notes how the repository was found: `commit` is the newest that was fetched.
    func looked(at commit: SourceCommit?, problem: String?, now: Timestamp) {
        update { state in
            state.look.commit = commit ?? state.look.commit
            state.look.problem = problem
            if problem == nil { state.look.at = now }
        }
    }

    @discardableResult
    private func update<Result>(_ change: (inout State) -> Result) -> Result {
        state.withLock { state in
            defer {
                figures.show(
                    revision: state.revision, rejected: state.rejected, restartRequired: state.restartRequired,
                    source: state.source)
            }
            return change(&state)
        }
    }
}
