import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import Spec
import Synchronization

/// `GET /api/events`: everything that happens to a user's runs, runners and conversations, as server-sent events.
struct EventRoute: Sendable {
    private static let keepAlive = Duration.seconds(10)

    private let hub: EventHub
    private let standing: CallerStanding
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        hub = dependencies.events
        standing = CallerStanding(dependencies)
        clock = dependencies.clock
    }

    func add(to group: RouterGroup<SignedInContext>) {
        group.get("api/events", use: stream)
    }

    @Sendable private func stream(request: Request, context: SignedInContext) throws -> Response {
        let caller = context.caller
        let lastID = request.headers[.lastEventID] ?? request.uri.queryParameters["last_event_id"].map(String.init)
        let headers: HTTPFields = [
            .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache", .accelBuffering: "no",
        ]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                let subscription = hub.subscribe(caller.account.id, after: lastID)
                defer { subscription.end() }
                try await writer.write(subscription.greeting)
                try await send(subscription, to: caller, &writer)
                try await writer.finish(nil)
            })
    }

    /// Until the subscription ends, the caller may no more, which counts at the next event or comment, or the client or operatord goes away.
    private func send(
        _ subscription: EventSubscription, to caller: Caller, _ writer: inout any ResponseBodyWriter
    ) async throws {
        let isCommentDue = DueFlag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await clock.sleep(for: Self.keepAlive)) != nil {
                    isCommentDue.set()
                    subscription.wake()
                }
            }
            for await _ in subscription.wakes.cancelOnGracefulShutdown() {
                guard standing.holds(caller) else { break }
                while let events = subscription.next() { try await writer.write(events) }
                if isCommentDue.take() { try await writer.write(ByteBuffer(string: ": keep-alive\n\n")) }
            }
            group.cancelAll()
        }
    }
}

/// Whether something is to be done; set by one task and taken by another.
private final class DueFlag: Sendable {
    private let isSet = Atomic<Bool>(false)

    func set() { isSet.store(true, ordering: .relaxed) }

    /// True once after ``set()``.
    func take() -> Bool { isSet.exchange(false, ordering: .relaxed) }
}
