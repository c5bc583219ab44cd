import DockerEngine
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Spec
import Synchronization

/// What the stub does with one request.
enum StubAnswer: Sendable {
    case json(String)
    case refusal(Int, String)
    /// The head and these pieces, then nothing more.
    case unfinished([String])
    /// The head, then a piece every 400 ms, then the end: longer than `StubDaemon.deadline` in all.
    case paced([String])
    /// Takes the request and stays silent.
    case hang
    /// Takes the request and closes the connection.
    case close
}

/// A daemon on a real Unix socket that answers as a test says, path by path, and notes what it was asked.
final class StubDaemon: Sendable {
    /// Of every call. Long enough for a machine that is at something else.
    static let deadline = Duration.milliseconds(900)

    let socketPath: String
    private let channel: any Channel
    private let seen: Asked

    /// Shared with the connections.
    final class Asked: Sendable {
        private let requests = Mutex<[String]>([])
        func note(_ request: String) { requests.withLock { $0.append(request) } }
        var all: [String] { requests.withLock { $0 } }
    }

    /// `METHOD /path?query` of every request, in order.
    var requests: [String] { seen.all }

    /// `answer` gets the path below the version, without the query.
    @discardableResult
    static func running<Value>(
        api: String = "1.41", oldest: String = "1.12", answer: @escaping @Sendable (String) -> StubAnswer,
        body: (StubDaemon, DockerEngine) async throws -> Value
    ) async throws -> Value {
        let version = #"{"Version":"20.10.24","ApiVersion":"\#(api)","MinAPIVersion":"\#(oldest)"}"#
        let stub = try await StubDaemon { $0 == "/version" ? .json(version) : answer($0) }
        let engine = stub.engine()
        do {
            let value = try await body(stub, engine)
            await engine.shutdown()
            try await stub.channel.close()
            return value
        } catch {
            await engine.shutdown()
            try await stub.channel.close()
            throw error
        }
    }

    private init(answer: @escaping @Sendable (String) -> StubAnswer) async throws {
        let seen = Asked()
        let path = FileManager.default.temporaryDirectory.path + "/engine-stub-\(UInt32.random(in: .min ... .max)).sock"
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(StubHandler(seen: seen, answer: answer))
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
        socketPath = path
        self.seen = seen
    }

    private func engine() -> DockerEngine {
        DockerEngine(
            configuration: DockerEngineConfiguration(
                socketPath: socketPath, installation: "stub", version: "0.0.0-test", reach: .bridge,
                deadlines: .init(query: Self.deadline, change: Self.deadline, pullSilence: Self.deadline)
            ),
            logger: Logger(label: "stub") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}

private final class StubHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let seen: StubDaemon.Asked
    private let answer: @Sendable (String) -> StubAnswer
    private var uri = ""

    init(seen: StubDaemon.Asked, answer: @escaping @Sendable (String) -> StubAnswer) {
        self.seen = seen
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            uri = head.uri
            seen.note("\(head.method) \(head.uri)")
        case .body: break
        case .end: respond(context)
        }
    }

    private func respond(_ context: ChannelHandlerContext) {
        var path = uri.prefix { $0 != "?" }
        if path.hasPrefix("/v1."), let next = path.dropFirst().firstIndex(of: "/") { path = path[next...] }
        switch answer(String(path)) {
        case .json(let text): respond(context, 200, text)
        case .refusal(let status, let text): respond(context, status, text)
        case .unfinished(let pieces):
            write(context, 200, ["Transfer-Encoding": "chunked"], pieces)
        case .paced(let pieces):
            write(context, 200, ["Transfer-Encoding": "chunked"], [])
            pace(NIOLoopBound(context, eventLoop: context.eventLoop), pieces[...])
        case .hang: break
        case .close: context.close(promise: nil)
        }
    }

    private func pace(_ context: NIOLoopBound<ChannelHandlerContext>, _ pieces: ArraySlice<String>) {
        guard let piece = pieces.first else {
            return context.value.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
        context.value.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: piece)))), promise: nil)
        context.value.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(400)) {
            self.pace(context, pieces.dropFirst())
        }
    }

    private func respond(_ context: ChannelHandlerContext, _ status: Int, _ text: String) {
        write(context, status, ["Content-Type": "application/json", "Content-Length": "\(text.utf8.count)"], [text])
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func write(_ context: ChannelHandlerContext, _ status: Int, _ headers: HTTPHeaders, _ pieces: [String]) {
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        for piece in pieces {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: piece)))), promise: nil)
        }
        context.flush()
    }
}
