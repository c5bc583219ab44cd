import NIOCore
import NIOPosix

/// A client that writes and reads bytes, so that a test sees what really goes over the connection.
final class RawClient {
    struct Response: Equatable {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    struct ConnectionEnded: Error {}

    let channel: any Channel
    private var incoming: AsyncStream<ByteBuffer>.Iterator
    private(set) var received = ""

    init(port: Int, receiveBuffer: Int? = nil) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: numericCast(receiveBuffer))
                .channelOption(.autoRead, value: false)
        }
        channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
        incoming = stream.makeAsyncIterator()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// Reads until `marker` has come, and takes everything up to and with it.
    func take(through marker: String) async throws -> String {
        while true {
            if let range = received.firstRange(of: marker) {
                let taken = String(received[..<range.upperBound])
                received = String(received[range.upperBound...])
                return taken
            }
            try await readMore()
        }
    }

    /// Everything until the other side ends the connection.
    func takeToEnd() async -> String {
        while (try? await readMore()) != nil {}
        defer { received = "" }
        return received
    }

    func response() async throws -> Response {
        let head = try await take(through: "\r\n\r\n")
        var lines = head.split(separator: "\r\n")
        let status = Int(lines.removeFirst().split(separator: " ")[1]) ?? 0
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        var body = ""
        if headers["transfer-encoding"] == "chunked" {
            while true {
                let size = Int(try await take(through: "\r\n").dropLast(1), radix: 16) ?? 0
                let chunk = try await takeBytes(size + 2)
                if size == 0 { break }
                body += chunk.dropLast(1)
            }
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            body = try await takeBytes(length)
        }
        return Response(status: status, headers: headers, body: body)
    }

    func close() async { try? await channel.close() }

    private func takeBytes(_ count: Int) async throws -> String {
        while received.utf8.count < count { try await readMore() }
        let bytes = Array(received.utf8)
        received = String(decoding: bytes[count...], as: UTF8.self)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private func readMore() async throws {
        guard let bytes = await incoming.next() else { throw ConnectionEnded() }
        received += String(buffer: bytes)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .some(.inputClosed) = event as? ChannelEvent { continuation.finish() }
        }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
