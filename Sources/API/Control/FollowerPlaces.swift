import Synchronization

/// How many may follow a log at once.
final class FollowerPlaces: Sendable {
    let count: Int
    private let taken = Mutex(0)

    init(_ count: Int) { self.count = count }

    /// nil when none is free. Looked at and counted in one step.
    func take() -> Place? {
        let isFree = taken.withLock { taken in
            guard taken < count else { return false }
            taken += 1
            return true
        }
        return isFree ? Place(self) : nil
    }

    /// Free again when it is left, or let go of without that: an answer whose client vanished is never written.
    final class Place: Sendable {
        private let places: FollowerPlaces
        private let isLeft = Mutex(false)

        fileprivate init(_ places: FollowerPlaces) { self.places = places }

        deinit { leave() }

        func leave() {
            let isFirst = isLeft.withLock { isLeft in
                defer { isLeft = true }
                return !isLeft
            }
            if isFirst { places.taken.withLock { $0 -= 1 } }
        }
    }
}
