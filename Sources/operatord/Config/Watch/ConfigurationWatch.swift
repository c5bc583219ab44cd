import Logging
import ServiceLifecycle
import Spec

/// Reads the configuration again whenever its files change, and once more when they have not settled by then.
final class ConfigurationWatch: Service {
    /// When a burst of changes is over.
    struct Settling {
        /// Time without a change.
        var quiet: Duration = .milliseconds(150)
        /// From the first change; a file that is written all the time is read all the same.
        var longest: Duration = .seconds(2)
    }

    private enum Signal: Sendable {
        case events([Inotify.Event])
        /// Time to compare stamps.
        case poll
        /// No change since the one with this number.
        case quiet(after: Int)
    }

    private static let maxLooks = 5

    private let refresh: ConfigurationRefresh
    private let settling: Settling
    /// Between two looks at the stamps of all files.
    private let pollEvery: Duration
    private let logger: Logger

    init(
        _ refresh: ConfigurationRefresh, settling: Settling = Settling(), pollEvery: Duration = .seconds(5),
        logger: Logger
    ) {
        self.refresh = refresh
        self.settling = settling
        self.pollEvery = pollEvery
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await self.watch() }
    }

    private func watch() async {
        let (signals, sender) = AsyncStream.makeStream(of: Signal.self)
        let inotify = Inotify { sender.yield(.events($0)) }
        if inotify == nil { logger.warning("no inotify: edits of the configuration are seen by polling alone") }
        await withDiscardingTaskGroup { group in
            group.addTask {
                while (try? await Task.sleep(for: self.pollEvery)) != nil { sender.yield(.poll) }
                sender.finish()
            }
            var stamps = look(inotify)
            var change = 0
            var since: ContinuousClock.Instant?
            for await signal in signals {
                switch signal {
                case .events(let events):
                    guard let inotify, events.contains(where: inotify.concerns) else { continue }
                case .poll:
                    guard since == nil, self.stamps() != stamps else { continue }
                case .quiet(let number):
                    guard let first = since, number == change || first.duration(to: .now) >= settling.longest else {
                        continue
                    }
                    since = nil
                    stamps = look(inotify)
                    continue
                }
                change += 1
                let (number, first) = (change, since ?? .now)
                since = first
                let wait = min(settling.quiet, settling.longest - first.duration(to: .now))
                group.addTask {
                    try? await Task.sleep(for: wait)
                    sender.yield(.quiet(after: number))
                }
            }
        }
    }

    /// Reads, and reads again while that shows further places to watch: what happened there before they were watched
    /// would be missed. Gives the stamps of before the reading, so that a change during it is seen by the next poll.
    private func look(_ inotify: Inotify?) -> FileStamps {
        var stamps = stamps()
        refresh.run()
        guard let inotify else { return stamps }
        for _ in 0..<Self.maxLooks {
            let snapshot = refresh.seen
            let watched = inotify.watch(WatchedPlaces(files: snapshot.files, folders: snapshot.folders))
            if !watched.isComplete { logger.warning("not every file can be watched: the rest is polled") }
            guard watched.hasNew else { break }
            stamps = self.stamps()
            refresh.run()
        }
        return stamps
    }

    private func stamps() -> FileStamps {
        let snapshot = refresh.seen
        return FileStamps(files: snapshot.files, folders: snapshot.folders)
    }
}
