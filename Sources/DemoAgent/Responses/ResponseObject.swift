import Glibc
import NIOCore

/// Writes the objects of OpenAI's Responses API for one answer, and keeps it to be asked for by its id.
struct ResponseObject: AnswerFormat {
    let request: ChatRequest
    let kept: KeptResponses
    private let id = "resp_" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    private let created = time(nil)

    init(request: ChatRequest, kept: KeptResponses) {
        self.request = request
        self.kept = kept
    }

    func whole(_ text: String, into buffer: inout ByteBuffer) {
        let object = object(status: "completed", text: text)
        kept.keep(object, input: request.lastUserText, id: id)
        buffer.writeJSON(object)
    }

    func opening(into buffer: inout ByteBuffer) {
        let object = object(status: "in_progress", text: nil)
        writeEvent("response.created", [("response", object)], into: &buffer)
    }

    func chunk(_ text: String, into buffer: inout ByteBuffer) {
        writeEvent(
            "response.output_text.delta",
            [
                ("item_id", .string(messageID)), ("output_index", .number("0")), ("content_index", .number("0")),
                ("delta", .string(text)), ("logprobs", .array([])),
            ], into: &buffer)
    }

    func closing(_ text: String, into buffer: inout ByteBuffer) {
        let object = object(status: "completed", text: text)
        kept.keep(object, input: request.lastUserText, id: id)
        writeEvent("response.completed", [("response", object)], into: &buffer)
    }

    private var messageID: String { "msg_" + id }

    /// Without text it has no output yet.
    private func object(status: String, text: String?) -> JSONValue {
        let output: [JSONValue] =
            text.map { text in
                let part = JSONValue([
                    ("type", .string("output_text")), ("text", .string(text)), ("annotations", .array([])),
                ])
                return [
                    JSONValue([
                        ("id", .string(messageID)), ("type", .string("message")), ("role", .string("assistant")),
                        ("status", .string(status)), ("content", .array([part])),
                    ])
                ]
            } ?? []
        return JSONValue([
            ("id", .string(id)), ("object", .string("response")), ("created_at", .number(String(created))),
            ("status", .string(status)), ("model", .string(request.model)), ("output", .array(output)),
            ("parallel_tool_calls", .bool(false)), ("tool_choice", .string("none")), ("tools", .array([])),
        ])
    }

    private func writeEvent(_ type: String, _ members: [(String, JSONValue)], into buffer: inout ByteBuffer) {
        buffer.writeString("event: \(type)\ndata: ")
        buffer.writeJSON(JSONValue([("type", .string(type)), ("sequence_number", .number("0"))] + members))
        buffer.writeStaticString("\n\n")
    }
}

extension JSONValue {
    /// An object.
    init(_ members: [(String, JSONValue)]) {
        self = .object(members.map { Member(name: $0.0, value: $0.1) })
    }
}
