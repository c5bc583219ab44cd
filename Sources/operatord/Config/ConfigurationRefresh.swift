import Foundation
import Logging
import Spec
import Synchronization

/// Takes over what the files say now: all of it when all of it is right, else nothing.
final class ConfigurationRefresh: Sendable {
    private let files: ConfigurationFiles
    private let inForce: ConfigurationInForce
    /// Where the files in force are kept; stays, as the data root does.
    private let dataRoot: String
    private let logger: Logger
    private let onChange: @Sendable (StackSpec) -> Void
    private let onRead: @Sendable () -> Void
    private let lastSeen: Mutex<ConfigurationSnapshot>
    /// One reading at a time: of two, the later one wins.
    private let turn = Mutex(())

    /// `onChange` is called with the new stack after a configuration was put in force, `onRead` after every reading
    /// that found something else than the one before, good or bad.
    init(
        _ start: StartConfiguration, files: ConfigurationFiles, inForce: ConfigurationInForce, logger: Logger,
        onRead: @escaping @Sendable () -> Void = {}, onChange: @escaping @Sendable (StackSpec) -> Void
    ) {
        self.files = files
        self.inForce = inForce
        dataRoot = start.configuration.stack.paths.dataRoot
        self.logger = logger
        self.onChange = onChange
        self.onRead = onRead
        lastSeen = Mutex(start.seen)
        if let rejected = start.rejected {
            tell(rejected, "the configuration is invalid, started on the one kept since \(start.keptSince ?? .now)")
        } else {
            keep(start.seen)
        }
    }

    /// What the files held at the last reading.
    var seen: ConfigurationSnapshot { lastSeen.withLock { $0 } }

    /// Reads the files. Does nothing more when they hold what they held.
    func run() { turn.withLock { _ in read() } }

    private func read() {
        let disk = DiskContents()
        let outcome = Result { () throws(ConfigInvalid) in
            try files.configuration(from: disk, requiringSecrets: true)
        }
        guard disk.snapshot != seen else { return }
        lastSeen.withLock { $0 = disk.snapshot }
        defer { onRead() }
        switch outcome {
        case .success(let configuration):
            keep(disk.snapshot)
            putInForce(configuration, disk.snapshot.checkout?.commit)
        case .failure(let problems):
            inForce.reject(problems)
            tell(problems, "the configuration is invalid, the last good one stays in force")
        }
    }

    private func putInForce(_ configuration: Configuration, _ commit: SourceCommit?) {
        let hasChanged = inForce.put(configuration, applied: commit)
        let (current, revision) = inForce.revised
        logger.notice(
            hasChanged ? "configuration in force" : "configuration read, nothing changed",
            metadata: ["revision": "\(revision)"].merging(commit.map { ["commit": "\($0.id)"] } ?? [:]) { first, _ in
                first
            })
        let waiting = inForce.restartRequired
        if !waiting.isEmpty {
            logger.warning("a restart is required", metadata: ["changed": "\(waiting.joined(separator: ", "))"])
        }
        if hasChanged { onChange(current.stack) }
    }

    /// What cannot be kept is in force all the same; only a restart on a bad file would fail.
    private func keep(_ snapshot: ConfigurationSnapshot) {
        do {
            let kept = LastGoodConfiguration(stackFile: files.stackFile, savedAt: .now, snapshot: snapshot)
            try kept.save(in: dataRoot)
        } catch {
            logger.warning("the configuration in force is not kept for a restart", metadata: ["error": "\(error)"])
        }
    }

    private func tell(_ problems: ConfigInvalid, _ message: Logger.Message) {
        logger.error(message, metadata: ["problems": "\(problems.problems.count)"])
        for problem in problems.problems { logger.error("\(problem)") }
    }
}
