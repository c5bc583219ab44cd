import Spec
import Synchronization

/// The table of ready endpoints, with the leases on them and the requests that wait for one.
///
/// One lock, held for a dictionary lookup and a few assignments, never across a suspension. Waiters are resolved
/// outside of it: a lease that nobody takes releases itself, which locks again.
final class Gate: Sendable {
    let clock: any WallClock
    private let alarm: Alarm
    let table = Mutex(Table())

    struct Table {
        var entries: [RunnerID: GateEntry] = [:]
        /// Openings and closings so far.
        var turns = 0
        var isShutDown = false

        mutating func entry(_ id: RunnerID) -> GateEntry {
            if let entry = entries[id] { return entry }
            let entry = GateEntry()
            entries[id] = entry
            return entry
        }
    }

    init(clock: any WallClock, alarm: Alarm) {
        self.clock = clock
        self.alarm = alarm
    }

    // MARK: Leases

    /// The warm path: one lookup, one allocation.
    func leaseIfReady(_ id: RunnerID) -> (any RunnerLease)? {
        let now = clock.now()
        return table.withLock { table in
            guard let entry = table.entries[id], entry.isOpen else { return nil }
            return grant(entry, at: now)
        }
    }

    func release(_ id: RunnerID) {
        let drained = table.withLock { table -> Bool in
            guard let entry = table.entries[id] else { return false }
            entry.leases -= 1
            return entry.leases == 0 && entry.closedSince != nil
        }
        if drained { alarm.ring() }
    }

    /// Called under the lock on an entry that has an endpoint.
    func grant(_ entry: GateEntry, at now: Timestamp) -> Lease? {
        guard let endpoint = entry.endpoint else { return nil }
        entry.leases += 1
        entry.pulse.beat(now)
        return Lease(endpoint: endpoint, gate: self, pulse: entry.pulse)
    }

    // MARK: Waiters

    /// Joins the runner's queue. The waiter is resolved at once when the runner became ready meanwhile.
    func join(_ id: RunnerID, retries: Bool, limit: Int) throws(GateError) -> Waiter {
        let now = clock.now()
        let waiter = Waiter(runner: id, since: now, retries: retries)
        let lease = try table.withLock { table throws(GateError) -> Lease? in
            guard !table.isShutDown else { throw .shuttingDown }
            let entry = table.entry(id)
            if entry.isOpen { return grant(entry, at: now) }
            guard entry.waiters.count < limit else { throw .queueFull(retryAfterSeconds: 5) }
            entry.waiters[ObjectIdentifier(waiter)] = waiter
            return nil
        }
        if let lease { waiter.outcome.resolve(.success(lease)) }
        return waiter
    }

    func leave(_ waiter: Waiter) {
        table.withLock { _ = $0.entries[waiter.runner]?.waiters.removeValue(forKey: ObjectIdentifier(waiter)) }
    }

    /// Tells the runner's waiters that `applies` to that there is no lease for them.
    func refuse(_ id: RunnerID, _ error: GateError, where applies: (Waiter) -> Bool) {
        let refused = table.withLock { table -> [Waiter] in
            guard let entry = table.entries[id] else { return [] }
            let refused = entry.waiters.values.filter(applies)
            for waiter in refused { entry.waiters[ObjectIdentifier(waiter)] = nil }
            return refused
        }
        for waiter in refused { waiter.outcome.resolve(.failure(error)) }
    }

    /// Runners that somebody waits for.
    func awaited() -> [RunnerID] {
        table.withLock { $0.entries.filter { !$0.value.waiters.isEmpty }.map(\.key) }
    }

    /// Refuses everybody, now and from now on.
    func shutDown() {
        let waiters = table.withLock { table -> [Waiter] in
            table.isShutDown = true
            return table.entries.values.flatMap { entry in
                defer { entry.waiters = [:] }
                return Array(entry.waiters.values)
            }
        }
        for waiter in waiters { waiter.outcome.resolve(.failure(.shuttingDown)) }
    }
}
