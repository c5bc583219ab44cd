import Synchronization

/// Runs tasks only while a test says so, one job at a time on the caller's thread: when its queue is empty, everything
/// that runs on it waits for something.
final class ManualExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isDead = false
    }

    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { if !$0.isDead { $0.jobs.append(job) } }
    }

    /// False when there was nothing to run.
    func runOne() -> Bool {
        let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
        guard let job else { return false }
        job.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }

    /// What runs on it never goes on, as after a `kill -9`.
    func die() {
        state.withLock { state in
            state.isDead = true
            state.jobs = []
        }
    }
}
