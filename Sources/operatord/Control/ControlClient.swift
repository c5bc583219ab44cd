import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Spec

/// Asks the operatord that works on a data root.
struct ControlClient {
    /// As `GET /status` of the control socket answers.
    struct Status: Codable {
        struct Condition: Codable {
            var type: String
            var status: String
            var reason: String?
            var message: String
        }

        struct Source: Codable {
            struct Commit: Codable {
                var id: String
                var subject: String
                var committedAt: String
            }

            var url: String?
            var ref: String
            var applied: Commit?
            var pending: Commit?
            var lookedAt: String?
            var reachable: Bool
        }

        struct Failure: Codable {
            var reason: String
            var message: String
        }

        struct Runner: Codable {
            var runner: String
            var phase: String
            var container: String?
            var heldBy: [String]
            var stopsAt: String?
            var conditions: [Condition]
            var failure: Failure?
        }

        var revision: Int
        /// nil from an operatord of before there were waves.
        var isApproved: Bool?
        var lastPass: String?
        var wave: WaveProgress?
        var conditions: [Condition]
        var source: Source?
        var runners: [Runner]

        /// Whether something else than the files is in force.
        var hasBadFiles: Bool { conditions.contains { $0.type == "ConfigInvalid" } }
    }

    /// One line of a runner's history.
    struct Event: Codable {
        /// Seconds since 1970.
        var at: Int64
        var reason: String
        var message: String
        var logTail: [String]

        var time: String { Timestamp(milliseconds: at * 1000).description }
    }

    struct Reconciled: Codable {
        var held: Int
        var status: Status
    }

    /// One backend's image, as `GET /images` answers.
    struct BackendImage: Codable {
        struct Pull: Codable {
            var bytes: Int64
            var totalBytes: Int64
            var layers: Int
            var layersDone: Int
            var status: String
        }

        struct LastPull: Codable {
            var endedAt: String
            var problem: String?
        }

        var name: String
        var image: String
        var pullPolicy: String
        var present: Bool?
        var imageId: String?
        var problem: String?
        var pull: Pull?
        var lastPull: LastPull?
    }

    private struct Changed: Codable {
        var changed: Bool
    }

    private struct Log: Codable {
        var lines: [String]
    }

    private struct Refusal: Codable {
        var detail: String
    }

    /// operatord's own words.
    struct Refused: Error, CustomStringConvertible {
        var description: String
    }

    private let dataRoot: String

    init(dataRoot: String) { self.dataRoot = dataRoot }

    func status() async throws -> Status { try await ask(.GET, "/status") }

    func reconcile(approve: Bool) async throws -> Reconciled {
        try await ask(.POST, "/reconcile?approve=\(approve)")
    }

    func images() async throws -> [BackendImage] {
        let reply: [String: [BackendImage]] = try await ask(.GET, "/images")
        return reply["backends"] ?? []
    }

    /// Begins a pull, or joins the one that is under way.
    func pull(_ backend: String) async throws {
        let _: [String: [BackendImage]] = try await ask(.POST, "/images/\(backend)/pull")
    }

    /// Newest first.
    func events(of runner: RunnerArgument) async throws -> [Event] {
        let reply: [String: [Event]] = try await ask(.GET, "\(path(of: runner))/events")
        return reply["events"] ?? []
    }

    /// Oldest first.
    func log(of runner: RunnerArgument, tail: Int) async throws -> [String] {
        let reply: Log = try await ask(.GET, "\(path(of: runner))/log?tail=\(tail)")
        return reply.lines
    }

    /// The log as it comes; ends only with the operatord, or by an error that says why.
    func follow(_ runner: RunnerArgument, tail: Int, _ take: (FollowedLogEvent) -> Void) async throws {
        try await exchange(.GET, "\(path(of: runner))/log/follow?tail=\(tail)") { response in
            var unread = ByteBuffer()
            for try await var bytes in response.body {
                unread.writeBuffer(&bytes)
                while let end = unread.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = unread.readString(length: end - unread.readerIndex + 1) ?? ""
                    unread.discardReadBytes()
                    guard line.hasPrefix("data: ") else { continue }
                    let event = try Self.decoder.decode(FollowedLogEvent.self, from: Data(line.dropFirst(6).utf8))
                    take(event)
                    if let problem = event.problem { throw Refused(description: problem) }
                }
            }
        }
    }

    /// `verb` is `recycle`, `suspend` or `resume`. Whether anything changed.
    func change(_ runner: RunnerArgument, _ verb: String, body: [String: String] = [:]) async throws -> Bool {
        let changed: Changed = try await ask(
            .POST, "\(path(of: runner))/\(verb)", body: body)
        return changed.changed
    }

    private func path(of runner: RunnerArgument) -> String { "/runners/\(runner.id.user)/\(runner.id.backend)" }

    private func ask<Reply: Decodable>(
        _ method: HTTPMethod, _ path: String, body: [String: String]? = nil
    ) async throws -> Reply {
        let content = try body.map { try JSONEncoder().encode($0) }
        return try await exchange(method, path, content: content) { response in
            let bytes = Data(try await response.body.collect(upTo: 64 << 20).readableBytesView)
            return try Self.decoder.decode(Reply.self, from: bytes)
        }
    }

    /// `read` gets an answer of status 200; any other throws what it says.
    private func exchange<Value>(
        _ method: HTTPMethod, _ path: String, content: Data? = nil,
        _ read: (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        let socket = ControlSocket(dataRoot: dataRoot)
        let host = socket.path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? socket.path
        var request = HTTPClientRequest(url: "http+unix://\(host)\(path)")
        request.method = method
        request.headers.add(name: "Host", value: "operatord")
        if let content {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: content))
        }
        var settings = HTTPClient.Configuration()
        settings.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        do {
            let response = try await client.execute(request, timeout: .seconds(60))
            guard response.status == .ok else {
                let bytes = Data(try await response.body.collect(upTo: 1 << 20).readableBytesView)
                let refusal = try? Self.decoder.decode(Refusal.self, from: bytes)
                throw Refused(description: refusal?.detail ?? "\(response.status)")
            }
            let value = try await read(response)
            try await client.shutdown()
            return value
        } catch let error as Refused {
            try? await client.shutdown()
            throw error
        } catch {
            try? await client.shutdown()
            throw Refused(
                description:
                    "operatord does not answer on the data root \(dataRoot): "
                    + (Self.isAbsence(error)
                        ? "no `operatord serve` is at work there. Start it, or name its stack.yaml with --config."
                        : "\(error)"))
        }
    }

    /// Whether nobody listens, as against an operatord that fails.
    private static func isAbsence(_ error: any Error) -> Bool {
        let code = (error as? IOError)?.errnoCode
        return code == ENOENT || code == ECONNREFUSED
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
