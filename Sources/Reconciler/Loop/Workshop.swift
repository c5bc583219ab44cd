/// Runs jobs as children of one task, so that they end with it. A job is added from anywhere and never waited for.
final class Workshop: Sendable {
    typealias Job = @Sendable () async -> Void

    private let jobs: AsyncStream<Job>
    private let inbox: AsyncStream<Job>.Continuation

    init() {
        (jobs, inbox) = AsyncStream.makeStream()
    }

    func add(_ job: @escaping Job) {
        inbox.yield(job)
    }

    /// Works until cancelled, then returns when the last job ended. Once per workshop.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await job in jobs {
                group.addTask(operation: job)
            }
        }
    }
}
