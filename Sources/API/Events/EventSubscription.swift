import NIOCore
import Spec
import Synchronization

/// One connection to `GET /api/events`: a place in its user's ring.
final class EventSubscription: Sendable {
    /// An element whenever ``next()`` may have something; ends with the subscription.
    let wakes: AsyncStream<Void>
    /// What is said first.
    let greeting: ByteBuffer

    private let wakeUp: AsyncStream<Void>.Continuation
    private let hub: EventHub
    private let user: UserID
    /// Number of the event that was read last; nil when it means nothing here.
    private let place: Mutex<Int?>

    init(hub: EventHub, user: UserID, place: Int?, newest: Int) {
        self.hub = hub
        self.user = user
        self.place = Mutex(place)
        (wakes, wakeUp) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = EventRing.ID(boot: hub.boot, number: place ?? newest)
        greeting = ByteBuffer(event: .hello, id: id, json: Array(#"{"boot":"\#(hub.boot)"}"#.utf8))
        // What was missed is there already.
        wakeUp.yield()
    }

    func wake() { wakeUp.yield() }

    /// Ends ``wakes``; the hub forgets it.
    func end() {
        hub.remove(self, of: user)
        wakeUp.finish()
    }

    /// The next events as they go over the wire, at most about 64 KiB; nil when there are none now.
    func next() -> ByteBuffer? {
        place.withLock { place in
            let (batch, newest) = hub.read(user, after: place ?? -1)
            guard let batch else {
                place = newest
                return ByteBuffer(
                    event: .reset, id: EventRing.ID(boot: hub.boot, number: newest), json: Array("{}".utf8))
            }
            place = batch.last
            return batch.frames.readableBytes > 0 ? batch.frames : nil
        }
    }
}
