import Hummingbird
import NIOCore
import Spec
import Synchronization

extension ResponseBody {
    /// Server-sent events: one `data:` for each value that `produce` sends, and a comment whenever `keepAlive` has
    /// passed, until `produce` returns, the client leaves, or `mayStay` is false when one of them is due. A client that
    /// reads too slowly misses the oldest of what it has not read, and gets their `replacement`.
    static func events<Value: Encodable & Sendable>(
        keepAlive: Duration, clock: any WallClock, mayStay: @escaping @Sendable () -> Bool,
        replacement: @escaping Unread<Value>.Replacement = { _, _ in nil },
        produce: @escaping @Sendable (_ send: @Sendable (Value) -> Void) async throws -> Void
    ) -> ResponseBody {
        ResponseBody { writer in
            let unread = UnreadEvents(Unread<Value>(limit: 2048, replacement: replacement))
            // One call is enough for whatever there is to write.
            let (calls, call) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { call.finish() }
                    try await produce { value in
                        unread.put(value)
                        call.yield()
                    }
                }
                group.addTask {
                    while (try? await clock.sleep(for: keepAlive)) != nil {
                        unread.keepAlive()
                        call.yield()
                    }
                }
                writing: for await _ in calls {
                    while let frame = try unread.take() {
                        guard mayStay() else { break writing }
                        try await writer.write(frame)
                    }
                }
                group.cancelAll()
            }
            try await writer.finish(nil)
        }
    }
}

/// What is to be written, filled by others than the writer.
private final class UnreadEvents<Value: Encodable & Sendable>: Sendable {
    private let state: Mutex<(values: Unread<Value>, isCommentDue: Bool)>

    init(_ values: Unread<Value>) { state = Mutex((values, false)) }

    func put(_ value: Value) { state.withLock { $0.values.put(value) } }
    func keepAlive() { state.withLock { $0.isCommentDue = true } }

    /// The next frame; nil when there is none now.
    func take() throws -> ByteBuffer? {
        let (value, comment) = state.withLock { state -> (Value?, Bool) in
            if let value = state.values.take() { return (value, false) }
            defer { state.isCommentDue = false }
            return (nil, state.isCommentDue)
        }
        if let value { return try ByteBuffer(eventData: value) }
        return comment ? ByteBuffer(string: ": keep-alive\n\n") : nil
    }
}

extension ByteBuffer {
    /// One event; JSON text has no line breaks, so it is one `data:` line.
    fileprivate init(eventData value: some Encodable) throws {
        self.init(string: "data: ")
        writeBytes(try JSONText.encode(value))
        writeString("\n\n")
    }
}
