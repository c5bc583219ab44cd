import Spec
import Synchronization

/// What passes, the status board and the journal read from the gate.
extension Gate {
    /// What the planner is told. A waiter counts as activity, so that what it waits for is not idle.
    func activity() -> [RunnerID: Activity] {
        let now = clock.now()
        return table.withLock { table in
            table.entries.mapValues { $0.activity(at: now) }
        }
    }

    func activity(of id: RunnerID) -> Activity? {
        let now = clock.now()
        return table.withLock { $0.entries[id]?.activity(at: now) }
    }

    /// Ready runners with the time since which they are.
    func readySince() -> [RunnerID: Timestamp] {
        table.withLock { $0.entries.compactMapValues(\.readySince) }
    }

    /// How long `container` was ready before it was lost; nil when it was not.
    func readyTime(of container: ContainerID, runner id: RunnerID) -> Duration? {
        table.withLock { table in
            table.entries[id]?.lastReady.flatMap { $0.container == container ? $0.time : nil }
        }
    }

    /// Leases held over all runners.
    func leaseCount() -> Int {
        table.withLock { $0.entries.values.reduce(0) { $0 + $1.leases } }
    }

    /// Activity that is not written down yet. ``markFlushed(_:)`` says that it was.
    func unflushedActivity() -> [RunnerID: Timestamp] {
        table.withLock { table in
            table.entries.compactMapValues { $0.pulse.last > $0.flushed ? $0.pulse.last : nil }
        }
    }

    func markFlushed(_ activity: [RunnerID: Timestamp]) {
        table.withLock { table in
            for (id, time) in activity {
                guard let entry = table.entries[id] else { continue }
                entry.flushed = max(entry.flushed, time)
            }
        }
    }

    /// Forgets runners that are gone and idle, so that the table does not grow with every runner there ever was.
    func forgetSpent(but kept: Set<RunnerID>) {
        table.withLock { table in
            table.entries = table.entries.filter { kept.contains($0.key) || !$0.value.isSpent }
        }
    }
}

extension GateEntry {
    fileprivate func activity(at now: Timestamp) -> Activity {
        Activity(
            leases: leases, lastActivity: waiters.isEmpty ? pulse.last : now, drainingSince: closedSince,
            ready: endpoint?.container)
    }
}
