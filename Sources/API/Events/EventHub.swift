import NIOCore
package import Spec
import Synchronization

/// Carries what happens to whoever watches: one ring of events per user, read by that user's connections, each at its
/// own pace.
///
/// A connection has no queue of its own but a place in the ring, so a slow one costs nothing; when the ring has gone
/// past its place it is told to read everything again. A user whom nobody ever watched costs nothing either.
package final class EventHub: Sendable {
    private struct Audience {
        var ring: EventRing
        /// Oldest first.
        var subscriptions: [EventSubscription] = []
        /// When the last connection ended; nil while there is one.
        var aloneSince: Timestamp?
    }

    /// How long events are kept for a client that may come back.
    private static let keptFor = Duration.seconds(600)

    /// Names this process' events.
    let boot: String
    private let limits: EventLimits
    private let clock: any WallClock
    private let audiences = Mutex<[UserID: Audience]>([:])

    package convenience init(clock: any WallClock) { self.init(clock: clock, limits: EventLimits()) }

    init(clock: any WallClock, limits: EventLimits, boot: String = RandomID.make(bytes: 4)) {
        self.boot = boot
        self.limits = limits
        self.clock = clock
    }

    /// Tells the user's connections, now and those that come back soon. `payload` is made only when somebody may get it.
    package func publish(_ kind: EventKind, to user: UserID, _ payload: @autoclosure () -> some Encodable) {
        guard isWatched(user), let json = try? JSONText.encode(payload()) else { return }
        let subscriptions = audiences.withLock { audiences in
            audiences[user]?.ring.append(kind, json: json)
            return audiences[user]?.subscriptions ?? []
        }
        for subscription in subscriptions { subscription.wake() }
    }

    /// Tells everybody else who watches.
    func publishToOthers(than user: UserID, _ kind: EventKind, _ payload: @autoclosure () -> some Encodable) {
        let others = audiences.withLock { Array($0.keys) }.filter { $0 != user }
        guard !others.isEmpty else { return }
        let payload = payload()
        for other in others { publish(kind, to: other, payload) }
    }

    /// Whether anybody watches, or may come back for what was missed.
    func isWatched(_ user: UserID) -> Bool {
        let now = clock.now()
        return audiences.withLock { audiences in
            guard let since = audiences[user]?.aloneSince else { return audiences[user] != nil }
            return now - since < Self.keptFor
        }
    }

    /// A new connection, from the event after `lastID` on, or from now on without one. It is ended by
    /// ``EventSubscription/end()``, or when the user has too many.
    func subscribe(_ user: UserID, after lastID: String?) -> EventSubscription {
        let now = clock.now()
        let (subscription, superfluous) = audiences.withLock { audiences in
            Self.forgetDeserted(in: &audiences, at: now)
            var audience = audiences[user] ?? Audience(ring: EventRing(boot: boot, limits: limits))
            let subscription = EventSubscription(
                hub: self, user: user, place: place(of: lastID, in: audience.ring), newest: audience.ring.newest)
            audience.aloneSince = nil
            audience.subscriptions.append(subscription)
            let isFull = audience.subscriptions.count > limits.subscribers
            let superfluous = isFull ? audience.subscriptions.removeFirst() : nil
            audiences[user] = audience
            return (subscription, superfluous)
        }
        superfluous?.end()
        return subscription
    }

    /// nil for an id that means nothing here.
    private func place(of lastID: String?, in ring: EventRing) -> Int? {
        guard let lastID, !lastID.isEmpty else { return ring.newest }
        guard let id = EventRing.ID(lastID), id.boot == boot, (ring.forgotten...ring.newest).contains(id.number) else {
            return nil
        }
        return id.number
    }

    private static func forgetDeserted(in audiences: inout [UserID: Audience], at now: Timestamp) {
        for (user, audience) in audiences {
            guard let since = audience.aloneSince, now - since >= keptFor else { continue }
            audiences[user]?.ring.forgetAll()
        }
    }

    // MARK: For subscriptions

    /// As ``EventRing/frames(after:)``, with the newest number.
    func read(_ user: UserID, after place: Int) -> (batch: (frames: ByteBuffer, last: Int)?, newest: Int) {
        audiences.withLock { audiences in
            guard let ring = audiences[user]?.ring else { return (nil, 0) }
            return (ring.frames(after: place), ring.newest)
        }
    }

    func remove(_ subscription: EventSubscription, of user: UserID) {
        let now = clock.now()
        audiences.withLock { audiences in
            audiences[user]?.subscriptions.removeAll { $0 === subscription }
            if audiences[user]?.subscriptions.isEmpty == true { audiences[user]?.aloneSince = now }
        }
    }
}
