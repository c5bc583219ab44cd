import Foundation
import Logging
import ServiceLifecycle
import Spec

/// Looks at the repository that the machine's `stack.yaml` names, fetches what is new there and has it read.
///
/// A look that fails changes nothing. Death at any step leaves the commit that was there, or the new one.
actor SourceFollower: Service {
    private let files: ConfigurationFiles
    private let dataRoot: String
    private let inForce: ConfigurationInForce
    private let refresh: ConfigurationRefresh
    private let clock: any WallClock
    private let logger: Logger
    /// Woken by an edit of the machine's `stack.yaml`.
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private var looking: Task<Void, Never>?
    private var alarm: Task<Void, any Error>?
    private var lookedAtSource: SourceSpec?
    private var lastProblem: SourceFailure?

    init(
        _ files: ConfigurationFiles, dataRoot: String, inForce: ConfigurationInForce, refresh: ConfigurationRefresh,
        clock: any WallClock, logger: Logger
    ) {
        self.files = files
        self.dataRoot = dataRoot
        self.inForce = inForce
        self.refresh = refresh
        self.clock = clock
        self.logger = logger
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.lookAndRearm()
            for await _ in self.wakes { await self.lookAndRearm() }
        }
        alarm?.cancel()
    }

    private func lookAndRearm() async {
        await look()
        alarm?.cancel()
        guard let interval = lookedAtSource?.interval else { return }
        alarm = Task { [wake] in
            try await Task.sleep(for: interval)
            wake.yield()
        }
    }

    /// A look that begins after the call.
    func lookAfresh() async {
        if let looking { await looking.value }
        await look()
    }

    /// To be called when the files were read anew: another source is looked at without waiting for the interval.
    nonisolated func filesWereRead() {
        Task { if await lookedAtSource != files.machine()?.source { wake.yield() } }
    }

    /// One look; one that is under way already is waited for instead.
    private func look() async {
        if let looking { return await looking.value }
        let task = Task { await lookNow() }
        looking = task
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        looking = nil
    }

    private func lookNow() async {
        let source = files.machine()?.source
        lookedAtSource = source
        guard let source else { return }
        let folder = SourceFolder(dataRoot: dataRoot)
        do throws(SourceFailure) {
            let commit = try await Self.bring(source, into: folder, environment: files.environment)
            inForce.looked(at: commit, problem: nil, now: clock.now())
            if lastProblem != nil {
                logger.notice("the repository answers again", metadata: ["source": "\(source.shownURL)"])
            }
            lastProblem = nil
        } catch {
            guard !Task.isCancelled else { return }
            inForce.looked(at: folder.current?.commit, problem: error.description, now: clock.now())
            if error != lastProblem {
                logger.error(
                    "the repository cannot be looked at, what is in force stays", metadata: ["error": "\(error)"])
            }
            lastProblem = error
            return
        }
        refresh.run()
        folder.tidy(inForce: inForce.source?.applied?.id)
    }

    /// Makes `current` the commit that the ref names now, fetching it when it is not there.
    static func bring(
        _ source: SourceSpec, into folder: SourceFolder, environment: [String: String]
    ) async throws(SourceFailure) -> SourceCommit {
        let git = Git(source, environment: environment)
        let tip = try await git.tip()
        if let current = folder.current?.commit, current.id == tip.id { return current }
        do {
            if let commit = folder.checkout(tip.id)?.commit {
                try folder.point(to: commit.id)
                return commit
            }
            let place = try folder.begin()
            let fetched: Result<SourceCommit, SourceFailure>
            do throws(SourceFailure) {
                fetched = .success(try await git.fetch(tip.ref, into: place))
            } catch {
                fetched = .failure(error)
            }
            if case .failure = fetched { try? FileManager.default.removeItem(atPath: place) }
            let commit = try fetched.get()
            try folder.finish(place, as: commit)
            try folder.point(to: commit.id)
            return commit
        } catch let failure as SourceFailure {
            throw failure
        } catch {
            throw SourceFailure(
                message: "The commit \(tip.id.prefix(12)) cannot be kept: \(error.reason).",
                remedy: "Check \(folder.path): space, permissions.")
        }
    }
}
