import Spec

/// One runner's progress of the present start and who watches it. Guarded by the board's lock, so it finishes no
/// stream itself: that calls back into the board. What it returns is to be finished outside.
struct ProgressFeed {
    typealias Watcher = AsyncStream<StartProgress>.Continuation

    private(set) var current: StartProgress?
    private var watchers: [Int: Watcher] = [:]
    private var nextWatcher = 0

    var isWatched: Bool { !watchers.isEmpty }

    /// Begins a start: percent may be low again.
    mutating func begin() {
        guard current?.stage.isFinal ?? true else { return }
        current = nil
        _ = report(StartProgress(stage: .queued, percent: 5, message: "Waiting for a turn"))
    }

    /// Percent never goes back within a start; a report that says nothing new is dropped, unless it is an end, which
    /// who watches since the last one does not know.
    mutating func report(_ progress: StartProgress) -> [Watcher] {
        var progress = progress
        if let current, !current.stage.isFinal { progress.percent = max(progress.percent, current.percent) }
        guard progress != current || progress.stage.isFinal else { return [] }
        current = progress
        for watcher in watchers.values { watcher.yield(progress) }
        guard progress.stage.isFinal else { return [] }
        defer { watchers = [:] }
        return Array(watchers.values)
    }

    /// Gives a new watcher the present stage of a start, if there is one, and later ones as they come.
    mutating func watch(_ watcher: Watcher) -> Int {
        if let current, !current.stage.isFinal { watcher.yield(current) }
        nextWatcher += 1
        watchers[nextWatcher] = watcher
        return nextWatcher
    }

    mutating func unwatch(_ watcher: Int) {
        watchers[watcher] = nil
    }
}
