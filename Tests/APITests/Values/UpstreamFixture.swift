import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import Testing

/// An OpenAI-compatible service on a loopback port that answers `GET /v1/models` as told, and remembers who asked.
final class UpstreamFixture: Sendable {
    private struct State {
        var status: HTTPResponse.Status = .ok
        var body = #"{"object":"list","data":[{"id":"model-a"},{"id":"model-b"}]}"#
        var headers: HTTPFields = [:]
        var requests: [HTTPFields] = []
        var hold: Hold?
    }

    private let state = Mutex(State())

    /// Headers of the requests so far.
    var requests: [HTTPFields] { state.withLock { $0.requests } }

    func answer(_ status: HTTPResponse.Status, _ body: String, headers: HTTPFields = [:]) {
        state.withLock { ($0.status, $0.body, $0.headers) = (status, body, headers) }
    }

    /// From now on an answer waits until the test releases it.
    func hold() -> Hold {
        let hold = Hold()
        state.withLock { $0.hold = hold }
        return hold
    }

    /// `body` gets the base URL, `http://127.0.0.1:PORT/v1`.
    func run(_ body: @Sendable (_ base: String) async throws -> Void) async throws {
        let router = Router()
        router.get("v1/models") { [self] request, _ -> Response in
            let hold = state.withLock { state in
                state.requests.append(request.headers)
                return state.hold
            }
            await hold?.wait()
            let (status, text, headers) = state.withLock { ($0.status, $0.body, $0.headers) }
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        try await Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0))
        ).test(.live) { client in
            try await body("http://127.0.0.1:\(try #require(client.port))/v1")
        }
    }
}
