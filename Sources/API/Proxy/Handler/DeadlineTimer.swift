import NIOCore

/// A deadline that is moved for each request and read, at almost no cost: the scheduled task stays where it is and looks
/// again when it fires too early.
final class DeadlineTimer {
    private let eventLoop: any EventLoop
    private let fire: () -> Void
    private var deadline: NIODeadline?
    private var task: (at: NIODeadline, scheduled: Scheduled<Void>)?

    /// `fire` is called on the event loop when a deadline passes, at most once for each that is set.
    init(eventLoop: any EventLoop, fire: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.fire = fire
    }

    func set(in amount: TimeAmount) {
        let deadline = NIODeadline.now() + amount
        self.deadline = deadline
        guard let task, task.at <= deadline else { return schedule(at: deadline) }
    }

    func clear() { deadline = nil }

    /// Lets go of the event loop and of what `fire` holds.
    func cancel() {
        deadline = nil
        task?.scheduled.cancel()
        task = nil
    }

    private func schedule(at time: NIODeadline) {
        task?.scheduled.cancel()
        let scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.taskFired() }
        task = (time, scheduled)
    }

    private func taskFired() {
        task = nil
        guard let deadline else { return }
        if NIODeadline.now() < deadline { return schedule(at: deadline) }
        self.deadline = nil
        fire()
    }
}
