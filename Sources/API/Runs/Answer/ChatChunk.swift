import Foundation

/// What is read of a `chat.completion.chunk`, or of a whole `chat.completion`.
///
/// Runtimes differ in what they leave out and in the types of what nobody needs, so a member that cannot be read is
/// taken as absent.
struct ChatChunk: Decodable {
    var choices: [Choice]
    var usage: Usage?
    var error: ErrorObject?

    private enum Keys: String, CodingKey { case choices, usage, error }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Keys.self)
        choices = members.lenient([Choice].self, .choices) ?? []
        usage = members.lenient(Usage.self, .usage)
        error = members.lenient(ErrorObject.self, .error)
    }

    /// nil when the bytes are no JSON object.
    init?(_ bytes: some Collection<UInt8>) {
        guard let chunk = try? JSONDecoder().decode(ChatChunk.self, from: Data(bytes)) else { return nil }
        self = chunk
    }

    struct Choice: Decodable {
        var index: Int
        /// `delta` of a chunk, `message` of a whole answer.
        var part: Part
        var finishReason: String?

        private enum Keys: String, CodingKey {
            case index, delta, message
            case finishReason = "finish_reason"
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Keys.self)
            index = members.lenient(Int.self, .index) ?? 0
            part = members.lenient(Part.self, .delta) ?? members.lenient(Part.self, .message) ?? Part()
            finishReason = members.lenient(String.self, .finishReason)
        }
    }

    struct Part: Decodable {
        var content = ""
        var reasoning = ""
        var tools: [ToolPart] = []

        private enum Keys: String, CodingKey {
            case content, refusal, reasoning
            case reasoningContent = "reasoning_content"
            case tools = "tool_calls"
        }

        init() {}

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Keys.self)
            content =
                members.lenient(Content.self, .content)?.text ?? members.lenient(String.self, .refusal) ?? ""
            // Some runtimes send both names with the same text.
            reasoning =
                members.lenient(String.self, .reasoningContent) ?? members.lenient(String.self, .reasoning) ?? ""
            tools = members.lenient([ToolPart].self, .tools) ?? []
        }
    }

    /// A string, or a list of parts with text.
    private struct Content: Decodable {
        struct Element: Decodable { var text: String? }

        var text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self.text = text
            } else {
                text = try value.decode([Element].self).compactMap(\.text).joined()
            }
        }
    }

    /// A piece of a tool call; pieces with the same index belong together.
    struct ToolPart: Decodable {
        struct Function: Decodable {
            var name: String?
            var arguments: String?
        }

        var index: Int?
        var id: String?
        var function: Function?
    }

    struct Usage: Decodable {
        var promptTokens: Int?
        var completionTokens: Int?
        var totalTokens: Int?

        private enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
            case totalTokens = "total_tokens"
        }
    }

    /// OpenAI's error object, or just a text.
    struct ErrorObject: Decodable {
        var message: String
        /// `code` where it is a word, else `type`.
        var code: String?
        /// `code` or `status` where it is an HTTP status of an error.
        var status: Int?

        private enum Keys: String, CodingKey { case message, type, code, status }

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                message = text
                return
            }
            let members = try decoder.container(keyedBy: Keys.self)
            message = members.lenient(String.self, .message) ?? "The runner gave no reason."
            code = members.lenient(String.self, .code) ?? members.lenient(String.self, .type)
            status = [members.lenient(Int.self, .code), members.lenient(Int.self, .status)]
                .compactMap(\.self).first(where: (400...599).contains)
        }
    }
}

extension KeyedDecodingContainer {
    /// nil when the member is absent, null or of another type.
    func lenient<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        (try? decodeIfPresent(type, forKey: key)) ?? nil
    }
}
