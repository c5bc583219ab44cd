import Spec
import Synchronization

/// Opening and closing, by lanes and passes.
extension Gate {
    /// Makes the runner ready at `endpoint` and gives each waiter a lease. `countsAsActivity` is false for a container
    /// that was running before this process.
    func open(_ endpoint: RunnerEndpoint, countsAsActivity: Bool) {
        let now = clock.now()
        let granted = table.withLock { table in
            let entry = table.entry(endpoint.runner)
            table.turns += 1
            if entry.endpoint?.container != endpoint.container { entry.readySince = now }
            entry.endpoint = endpoint
            entry.opening = table.turns
            entry.closedSince = nil
            if countsAsActivity { entry.pulse.beat(now) }
            let waiters = entry.waiters.values
            entry.waiters = [:]
            return waiters.compactMap { waiter in grant(entry, at: now).map { (waiter, $0) } }
        }
        for (waiter, lease) in granted { waiter.outcome.resolve(.success(lease)) }
    }

    /// Refuses new leases from now on, unless leases are held and `evenIfHeld` is false. Deciding and closing are one
    /// act, so no lease is given between them. False when it stays open.
    func close(_ id: RunnerID, evenIfHeld: Bool) -> Bool {
        let now = clock.now()
        return table.withLock { table in
            let entry = table.entry(id)
            guard entry.leases == 0 || evenIfHeld else { return false }
            if entry.closedSince == nil {
                table.turns += 1
                entry.closing = table.turns
                entry.closedSince = now
            }
            return true
        }
    }

    /// The container no longer answers: requests wait for the next one.
    func lose(_ container: ContainerID, of id: RunnerID) {
        let now = clock.now()
        table.withLock { table in
            guard let entry = table.entries[id], entry.endpoint?.container == container else { return }
            entry.loseEndpoint(at: now)
        }
    }

    /// Openings and closings so far; what turned later is newer than anything read from now on.
    var turns: Int { table.withLock { $0.turns } }

    /// Runners whose ready container was closed after `turns`: somebody who knows more than what was read since decided so.
    func closed(after turns: Int) -> Set<RunnerID> {
        table.withLock { table in
            let closed = table.entries.lazy.filter { _, entry in
                entry.endpoint != nil && entry.closedSince != nil && entry.closing > turns
            }
            return Set(closed.map(\.key))
        }
    }

    /// Loses every endpoint whose container is not in `running`, a list asked for after `turns`.
    func loseAllBut(running: Set<ContainerID>, asOf turns: Int) {
        let now = clock.now()
        table.withLock { table in
            for entry in table.entries.values where entry.opening <= turns {
                guard let endpoint = entry.endpoint, !running.contains(endpoint.container) else { continue }
                entry.loseEndpoint(at: now)
            }
        }
    }
}

extension GateEntry {
    fileprivate func loseEndpoint(at now: Timestamp) {
        if let endpoint, let readySince { lastReady = (endpoint.container, now - readySince) }
        endpoint = nil
        readySince = nil
        closedSince = nil
    }
}
