package import Spec
import Synchronization

/// A desired state that a test edits.
package final class MemoryDesiredState: DesiredStateReading {
    private let state: Mutex<(desired: DesiredState, failure: (any Error)?)>

    package init(_ desired: DesiredState = DesiredState()) { state = Mutex((desired, nil)) }

    package func desiredState() async throws -> DesiredState {
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.desired
        }
    }

    package func edit(_ edit: @Sendable (inout DesiredState) -> Void) {
        state.withLock { edit(&$0.desired) }
    }

    /// Makes every reading throw until it is set to nil.
    package func fail(with error: (any Error)?) { state.withLock { $0.failure = error } }
}
