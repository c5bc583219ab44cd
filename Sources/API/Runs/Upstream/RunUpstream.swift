import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Spec
import Synchronization

/// The connections of runs to their runners. Failures leave here as an ``AnswerFailure``, or as a `CancellationError`.
final class RunUpstream: Sendable {
    /// Made for the first run, with the connect timeout in force then.
    private let client = Mutex<HTTPClient?>(nil)

    /// Closes what is left. No request may follow.
    func shutdown() async {
        try? await client.withLock { $0 }?.shutdown()
    }

    /// Sends the request and gives the response's head, then its body piece by piece until `piece` wants no more.
    ///
    /// Has no deadline but that of the connection; cancelling its task ends the request at once.
    func exchange(
        _ request: RunRequest, connectTimeout: Duration,
        head: (HTTPResponseHead) -> Void, piece: (ByteBuffer) -> Bool
    ) async throws {
        var message = HTTPClientRequest(url: request.url)
        message.method = .POST
        message.headers = request.headers
        message.body = .bytes(request.body)
        let response: HTTPClientResponse
        do {
            response = try await client(connectTimeout).execute(message, deadline: .distantFuture)
        } catch {
            throw Self.failure(error, begun: false)
        }
        head(HTTPResponseHead(version: response.version, status: response.status, headers: response.headers))
        do {
            for try await bytes in response.body where !piece(bytes) { break }
        } catch {
            throw Self.failure(error, begun: true)
        }
    }

    private func client(_ connectTimeout: Duration) -> HTTPClient {
        client.withLock { client in
            if let client { return client }
            var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
            settings.httpVersion = .http1Only
            settings.timeout.connect = TimeAmount(connectTimeout)
            settings.connectionPool.retryConnectionEstablishment = false
            settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
            // A run is long and a connection to a container short to make; an old one may lead to a container that
            // was replaced, and a request that was sent on it could not be sent again.
            settings.maximumUsesPerConnection = 1
            let new = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
            client = new
            return new
        }
    }

    private static func failure(_ error: any Error, begun: Bool) -> any Error {
        if error is CancellationError || (error as? HTTPClientError) == .cancelled { return CancellationError() }
        if begun { return AnswerFailure.broken }
        if (error as? HTTPClientError) == .connectTimeout { return AnswerFailure(.upstreamConnectTimeout) }
        if case .some(.connectTimeout) = error as? ChannelError { return AnswerFailure(.upstreamConnectTimeout) }
        let isUnsent = error is NIOConnectionError || (error as? IOError)?.errnoCode == ECONNREFUSED
        return AnswerFailure(isUnsent ? .upstreamUnreachable : .upstreamClosed)
    }
}
