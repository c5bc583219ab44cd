import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Spec

/// The request that a runner gets for a run: the branch as OpenAI messages, changed to what its runtime takes by the
/// same rules as a request on `/v1`.
struct RunRequest {
    var url: String
    var headers: HTTPHeaders
    var body: ByteBuffer

    init(_ begun: BegunRun, backend: BackendSpec, endpoint: RunnerEndpoint, requestID: String) throws {
        let session = RunSession(begun, backend: backend)
        let model = begun.answer.model ?? backend.name
        let plain = try JSONText.encode(
            Chat(model: model, messages: session.messages.map(Chat.Turn.init), stream: true))
        body = ByteBuffer(bytes: plain)
        if let rewriter = BodyRewriter(backend) {
            body = try rewriter.rewrite(body, model: endpoint.forwardModel, session: session.id)
        }
        headers = [
            "content-type": "application/json", "accept": "text/event-stream", "x-request-id": requestID,
            endpoint.credential.headerName: endpoint.credential.headerValue.reveal(),
        ]
        if let name = backend.sessionHeader { headers.replaceOrAdd(name: name, value: session.id) }
        let host = endpoint.host.utf8.contains(UInt8(ascii: ":")) ? "[\(endpoint.host)]" : endpoint.host
        url = "http://\(host):\(endpoint.port)/v1/chat/completions"
    }

    private struct Chat: Encodable {
        var model: String
        var messages: [Turn]
        var stream: Bool
        var streamOptions = ["include_usage": true]

        struct Turn: Encodable {
            var role: String
            var content: String

            init(_ message: Message) {
                role = message.role.rawValue
                content = message.content
            }
        }
    }
}
