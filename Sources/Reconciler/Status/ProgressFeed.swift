import Spec

/// One runner's progress of the present start and who watches it. Guarded by the board's lock.
struct ProgressFeed {
    private(set) var current: StartProgress?
    private var watchers: [Int: AsyncStream<StartProgress>.Continuation] = [:]
    private var nextWatcher = 0

    var isWatched: Bool { !watchers.isEmpty }

    /// Begins a start: percent may be low again.
    mutating func begin() {
        guard current?.stage.isFinal ?? true else { return }
        current = nil
        report(StartProgress(stage: .queued, percent: 5, message: "Waiting for a turn"))
    }

    /// Percent never goes back within a start; a report that says nothing new is dropped.
    mutating func report(_ progress: StartProgress) {
        var progress = progress
        if let current, !current.stage.isFinal { progress.percent = max(progress.percent, current.percent) }
        guard progress != current else { return }
        current = progress
        for watcher in watchers.values { watcher.yield(progress) }
        if progress.stage.isFinal {
            for watcher in watchers.values { watcher.finish() }
            watchers = [:]
        }
    }

    /// Nothing is being started any more.
    mutating func clear() {
        current = nil
    }

    /// Gives `watcher` a snapshot and the present stage, and later ones as they come. nil when it ended with that.
    mutating func watch(_ watcher: AsyncStream<StartProgress>.Continuation, isReady: Bool) -> Int? {
        let ongoing = current.flatMap { $0.stage.isFinal ? nil : $0 }
        guard !isReady else {
            watcher.yield(StartProgress(stage: .snapshot, percent: 100, message: "ready"))
            watcher.yield(StartProgress(stage: .ready, percent: 100, message: "ready"))
            watcher.finish()
            return nil
        }
        watcher.yield(StartProgress(stage: .snapshot, percent: 0, message: ongoing == nil ? "not running" : "starting"))
        if let ongoing { watcher.yield(ongoing) }
        nextWatcher += 1
        watchers[nextWatcher] = watcher
        return nextWatcher
    }

    mutating func unwatch(_ watcher: Int) {
        watchers[watcher] = nil
    }
}
