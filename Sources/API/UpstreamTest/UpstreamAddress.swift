import Foundation
import NIOCore
import NIOPosix

/// The base URL of an OpenAI-compatible service, taken apart.
struct UpstreamAddress: Sendable, Hashable {
    var scheme: String
    /// As the URL has it, without brackets.
    var host: String
    var port: Int
    /// Without a slash at the end; empty for the root.
    var path: String

    /// nil when `base` is not `http(s)://host[:port][/path]`.
    init?(base: String) {
        guard let parts = URLComponents(string: base), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, parts.user == nil, parts.password == nil,
            parts.query == nil, parts.fragment == nil
        else { return nil }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        guard !bare.isEmpty else { return nil }
        self.scheme = scheme
        self.host = bare
        port = parts.port ?? (scheme == "https" ? 443 : 80)
        var path = parts.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// Of the list of models.
    var modelsURL: String {
        "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)\(path)/models"
    }

    /// The address that the host has now. Throws when it has none or `limit` passes.
    ///
    /// The system's resolver cannot be interrupted: after the limit its thread is left to end by itself.
    func resolved(within limit: Duration) async throws -> SocketAddress {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        let answer = eventLoop.makePromise(of: SocketAddress.self)
        NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { [host, port] in
            try SocketAddress.makeAddressResolvingHost(host, port: port)
        }.cascade(to: answer)
        let timer = eventLoop.scheduleTask(in: TimeAmount(limit)) {
            answer.fail(ChannelError.connectTimeout(TimeAmount(limit)))
        }
        defer { timer.cancel() }
        return try await answer.futureResult.get()
    }
}
