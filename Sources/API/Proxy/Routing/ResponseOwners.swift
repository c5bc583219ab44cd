import Spec
import Synchronization

/// Which backend made a response (`POST /v1/responses`), so that requests that name it by its id find its runner.
///
/// In memory only and bounded: what was not used for the longest time is forgotten, and a new process knows nothing. A
/// client then says the backend itself, with `?model=`.
final class ResponseOwners: Sendable {
    private struct Key: Hashable {
        var user: UserID
        var response: String
    }

    /// Two generations make "longest unused" cheap: what is used moves to the young one; when that is full it becomes the
    /// old one, and the old one is forgotten.
    private struct Generations {
        var young: [Key: String] = [:]
        var old: [Key: String] = [:]

        mutating func put(_ backend: String, for key: Key, size: Int) {
            if young.count >= size, young[key] == nil {
                old = young
                young = [:]
            }
            young[key] = backend
        }
    }

    /// Longer ids are not remembered.
    private static let longestID = 256

    private let generationSize: Int
    private let generations = Mutex(Generations())

    /// Remembers at least half of `capacity`.
    init(capacity: Int = 20_000) { generationSize = max(1, capacity / 2) }

    func remember(_ response: String, of user: UserID, backend: String) {
        guard response.utf8.count <= Self.longestID else { return }
        generations.withLock { $0.put(backend, for: Key(user: user, response: response), size: generationSize) }
    }

    /// nil when it is not known (any more), or is another user's.
    func backend(of response: String, user: UserID) -> String? {
        let key = Key(user: user, response: response)
        return generations.withLock { generations in
            if let backend = generations.young[key] { return backend }
            guard let backend = generations.old[key] else { return nil }
            generations.put(backend, for: key, size: generationSize)
            return backend
        }
    }
}
