import Hummingbird
import NIOCore
import Spec

extension ResponseBody {
    /// Server-sent events: one `data:` for each value that `produce` sends, and a comment whenever `keepAlive` has
    /// passed, until `produce` returns, the client leaves, or `mayStay` is false when one of them is due. A client that
    /// reads too slowly misses the oldest of what it has not read.
    static func events<Value: Encodable & Sendable>(
        keepAlive: Duration, clock: any WallClock, mayStay: @escaping @Sendable () -> Bool,
        produce: @escaping @Sendable (_ send: @Sendable (Value) throws -> Void) async throws -> Void
    ) -> ResponseBody {
        ResponseBody { writer in
            let (frames, frame) = AsyncStream.makeStream(of: ByteBuffer.self, bufferingPolicy: .bufferingNewest(2048))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { frame.finish() }
                    try await produce { value in frame.yield(try ByteBuffer(eventData: value)) }
                }
                group.addTask {
                    while (try? await clock.sleep(for: keepAlive)) != nil {
                        frame.yield(ByteBuffer(string: ": keep-alive\n\n"))
                    }
                }
                for await frame in frames {
                    guard mayStay() else { break }
                    try await writer.write(frame)
                }
                group.cancelAll()
            }
            try await writer.finish(nil)
        }
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
