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

    init(
        _ begun: BegunRun, _ session: RunSession, _ pictures: RunPictures, backend: BackendSpec,
        endpoint: RunnerEndpoint, requestID: String
    ) throws {
        let model = begun.answer.model ?? backend.name
        let plain = try JSONText.encode(
            Chat(model: model, messages: session.messages.map { Chat.Turn($0, pictures) }, stream: true))
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
            var content: Content

            init(_ message: Message, _ pictures: RunPictures) {
                role = message.role.rawValue
                if let own = pictures.byMessage[message.id] {
                    let text = message.content.isEmpty ? [] : [Part(type: "text", text: message.content)]
                    content = .parts(
                        text + own.map { Part(type: "image_url", imageUrl: ["url": PictureAddress.of($0)]) })
                } else {
                    content = .text(message.contentNamingPictures)
                }
            }
        }

        enum Content: Encodable {
            case text(String)
            case parts([Part])

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .text(let text): try container.encode(text)
                case .parts(let parts): try container.encode(parts)
                }
            }
        }

        struct Part: Encodable {
            var type: String
            var text: String?
            var imageUrl: [String: String]?
        }
    }
}
