package import Spec
import Synchronization

/// Prepares homes on paper: notes the paths, touches no file system.
package final class NoHomes: HomePreparing {
    private let state = Mutex<(paths: [String], failure: HomeError?)>(([], nil))

    package init() {}

    /// Paths in the order of the calls.
    package var prepared: [String] { state.withLock { $0.paths } }

    /// Makes every call throw until it is set to nil.
    package func fail(with error: HomeError?) { state.withLock { $0.failure = error } }

    package func prepare(_ home: HomeSpec) async throws(HomeError) {
        try state.withLock { state throws(HomeError) in
            if let failure = state.failure { throw failure }
            state.paths.append(home.path)
        }
    }
}
