import NIOCore
import Spec

/// Idle connections of one event loop to runners, by runner.
///
/// A runner's connections are dropped when it has another container, when they are idle for too long, and when there
/// are too many. Not shared between event loops, so there is no lock.
final class UpstreamPool {
    struct Limits: Sendable {
        var perRunner = 64
        var total = 512
        /// Shorter than the five seconds after which common Python servers close an idle connection.
        var idleTime = TimeAmount.seconds(4)
    }

    private struct Entry {
        let endpoint: RunnerEndpoint
        /// The longest idle first.
        var idle: [UpstreamConnection] = []
    }

    private let eventLoop: any EventLoop
    private let limits: Limits
    private var entries: [RunnerID: Entry] = [:]
    private var isSweeping = false
    /// Over all runners.
    private(set) var idleCount = 0

    init(eventLoop: any EventLoop, limits: Limits) {
        self.eventLoop = eventLoop
        self.limits = limits
    }

    /// The most recently used connection to this container that can be used, out of the pool; nil when there is none.
    func take(_ endpoint: RunnerEndpoint) -> UpstreamConnection? {
        guard entries[endpoint.runner] != nil else { return nil }
        if entries[endpoint.runner]?.endpoint !== endpoint {
            drop(endpoint.runner)
            return nil
        }
        while let connection = entries[endpoint.runner]?.idle.popLast() {
            idleCount -= 1
            connection.pool = nil
            if !connection.isStale { return connection }
            connection.close()
        }
        return nil
    }

    /// Keeps a connection whose response is complete, or closes it.
    func putBack(_ connection: UpstreamConnection) {
        let endpoint = connection.endpoint
        let entry = entries[endpoint.runner]
        guard connection.isReusable, entry == nil || entry?.endpoint === endpoint,
            entry?.idle.count ?? 0 < limits.perRunner, idleCount < limits.total
        else { return connection.close() }
        connection.pool = self
        connection.idleSince = .now()
        entries[endpoint.runner, default: Entry(endpoint: endpoint)].idle.append(connection)
        idleCount += 1
        sweepLater()
    }

    /// An idle connection ended.
    func remove(_ connection: UpstreamConnection) {
        let runner = connection.endpoint.runner
        guard let index = entries[runner]?.idle.firstIndex(where: { $0 === connection }) else { return }
        entries[runner]?.idle.remove(at: index)
        idleCount -= 1
        if entries[runner]?.idle.isEmpty == true { entries[runner] = nil }
    }

    private func drop(_ runner: RunnerID) {
        guard let entry = entries.removeValue(forKey: runner) else { return }
        idleCount -= entry.idle.count
        for connection in entry.idle { connection.close() }
    }

    private func sweepLater() {
        guard !isSweeping else { return }
        isSweeping = true
        _ = eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(limits.idleTime.nanoseconds / 4)) { [weak self] in
            self?.sweep()
        }
    }

    private func sweep() {
        isSweeping = false
        let oldest = NIODeadline.now() - limits.idleTime
        for (runner, entry) in entries {
            let expired = entry.idle.prefix { $0.idleSince < oldest }
            idleCount -= expired.count
            entries[runner]?.idle.removeFirst(expired.count)
            if entries[runner]?.idle.isEmpty == true { entries[runner] = nil }
            for connection in expired { connection.close() }
        }
        if !entries.isEmpty { sweepLater() }
    }
}
