/// What the agent needs of the body of a `POST /v1/chat/completions` or `/v1/responses`.
struct ChatRequest {
    var model: String
    var isStream: Bool
    var includesUsage: Bool
    /// Roles in the order they came.
    var roles: [String]
    /// The last message with role `user`; text parts of a multi-part content are joined.
    var lastUserText: String
    /// The body's `session_id`.
    var session: String?
    /// Characters of all messages, for the usage figures.
    var promptLength: Int
    /// The whole document, for the relay.
    var document: JSONValue

    struct Invalid: Error { var message: String }

    /// Throws ``Invalid`` when the bytes are no JSON object with `messages`.
    init(body: [UInt8]) throws(Invalid) {
        do {
            document = try JSONParser.parse(body)
        } catch {
            throw Invalid(message: "the body is not JSON (byte \(error.offset))")
        }
        let messages = Self.messages(in: document)
        guard !messages.isEmpty else {
            throw Invalid(message: "messages must be a list with at least one message")
        }
        model = document["model"]?.text ?? "demo"
        isStream = document["stream"]?.isTrue ?? false
        includesUsage = document["stream_options"]?["include_usage"]?.isTrue ?? false
        roles = messages.map { $0["role"]?.text ?? "?" }
        session = document["session_id"]?.text
        let texts = messages.map(Self.text)
        promptLength = texts.reduce(0) { $0 + $1.utf8.count }
        lastUserText = roles.lastIndex(of: "user").map { texts[$0] } ?? ""
    }

    /// Of a response's request the `input`, which may be one text.
    private static func messages(in document: JSONValue) -> [JSONValue] {
        guard let text = document["input"]?.text else {
            return (document["messages"] ?? document["input"])?.elements ?? []
        }
        return [JSONValue([("role", .string("user")), ("content", .string(text))])]
    }

    private static func text(of message: JSONValue) -> String {
        guard let content = message["content"] else { return "" }
        return content.text ?? content.elements.compactMap { $0["text"]?.text }.joined(separator: "\n")
    }
}
