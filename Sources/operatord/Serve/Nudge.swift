import Synchronization

/// The store is opened before the reconciler that its changes nudge; this is the wire between them.
final class Nudge: Sendable {
    private let receiver = Mutex<(@Sendable () -> Void)?>(nil)

    /// Set once the receiver exists. Earlier calls are lost, which is right: the reconciler's first pass reads all.
    var target: (@Sendable () -> Void)? {
        get { receiver.withLock { $0 } }
        set { receiver.withLock { $0 = newValue } }
    }

    @Sendable func call() { target?() }
}
