import Spec
import Synchronization

/// Claims of tokens whose signature was verified before, so that a warm request costs one dictionary look-up.
///
/// Bounded: when full it forgets everything, which costs one verification per live token.
final class SessionCache: Sendable {
    private let entries = Mutex<[String: SessionClaims]>([:])
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    subscript(token: String) -> SessionClaims? {
        entries.withLock { $0[token] }
    }

    func insert(_ claims: SessionClaims, for token: String) {
        entries.withLock { entries in
            if entries.count >= capacity { entries.removeAll(keepingCapacity: true) }
            entries[token] = claims
        }
    }
}
