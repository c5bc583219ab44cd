import Glibc
import NIOCore

/// Writes OpenAI's objects for one chat: they share id, time and model.
struct Completion: AnswerFormat {
    let model: String
    let promptTokens: Int
    /// Whether a stream ends with the usage.
    let includesUsage: Bool
    private let id = "chatcmpl-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    private let created = time(nil)

    init(request: ChatRequest) {
        model = request.model
        includesUsage = request.includesUsage
        promptTokens = Self.tokens(request.promptLength)
    }

    /// A `chat.completion`.
    func whole(_ text: String, into buffer: inout ByteBuffer) {
        writeHead("chat.completion", into: &buffer)
        buffer.writeStaticString(#","choices":[{"index":0,"message":{"role":"assistant","content":"#)
        buffer.writeJSON(text)
        buffer.writeStaticString(#"},"finish_reason":"stop"}],"usage":"#)
        writeUsage(completionLength: text.utf8.count, into: &buffer)
        buffer.writeStaticString("}")
    }

    /// The first event of a stream: the role.
    func opening(into buffer: inout ByteBuffer) {
        writeEvent(delta: #"{"role":"assistant","content":""}"#, into: &buffer)
    }

    /// One event with text. `sent_us` is the monotonic clock, which containers share with their host: a client on the
    /// same machine can tell how late a chunk arrives.
    func chunk(_ text: String, into buffer: inout ByteBuffer) {
        writeEventHead(into: &buffer)
        buffer.writeStaticString(#","sent_us":"#)
        buffer.writeString(String(monotonicMicroseconds()))
        buffer.writeStaticString(#","choices":[{"index":0,"delta":{"content":"#)
        buffer.writeJSON(text)
        buffer.writeStaticString("},\"finish_reason\":null}]}\n\n")
    }

    /// One event with what is thought before the answer.
    func reasoning(_ text: String, into buffer: inout ByteBuffer) {
        writeEventHead(into: &buffer)
        buffer.writeStaticString(#","choices":[{"index":0,"delta":{"reasoning_content":"#)
        buffer.writeJSON(text)
        buffer.writeStaticString("},\"finish_reason\":null}]}\n\n")
    }

    /// A tool's call and its end, told as Hermes tells them.
    func toolEvents(_ name: String, into buffer: inout ByteBuffer) {
        for (status, label) in [("running", name + " --demo"), ("completed", "")] {
            buffer.writeStaticString("event: hermes.tool.progress\ndata: {\"tool\":")
            buffer.writeJSON(name)
            buffer.writeString(#","toolCallId":"call-1","status":"\#(status)","label":"#)
            buffer.writeJSON(label)
            buffer.writeStaticString("}\n\n")
        }
    }

    /// An error object in mid-stream.
    func failure(_ message: String, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"data: {"error":{"message":"#)
        buffer.writeJSON(message)
        buffer.writeStaticString(",\"type\":\"server_error\",\"code\":\"demo_error\"}}\n\n")
    }

    /// The last events of a stream: the finish reason, usage when it was asked for, `[DONE]`.
    func closing(_ text: String, into buffer: inout ByteBuffer) {
        writeEventHead(into: &buffer)
        buffer.writeStaticString(",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n")
        if includesUsage {
            writeEventHead(into: &buffer)
            buffer.writeStaticString(#","choices":[],"usage":"#)
            writeUsage(completionLength: text.utf8.count, into: &buffer)
            buffer.writeStaticString("}\n\n")
        }
        buffer.writeStaticString("data: [DONE]\n\n")
    }

    private func writeEvent(delta: StaticString, into buffer: inout ByteBuffer) {
        writeEventHead(into: &buffer)
        buffer.writeStaticString(#","choices":[{"index":0,"delta":"#)
        buffer.writeStaticString(delta)
        buffer.writeStaticString(",\"finish_reason\":null}]}\n\n")
    }

    private func writeEventHead(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("data: ")
        writeHead("chat.completion.chunk", into: &buffer)
    }

    private func writeHead(_ object: StaticString, into buffer: inout ByteBuffer) {
        buffer.writeStaticString(#"{"id":""#)
        buffer.writeString(id)
        buffer.writeStaticString(#"","object":""#)
        buffer.writeStaticString(object)
        buffer.writeStaticString(#"","created":"#)
        buffer.writeString(String(created))
        buffer.writeStaticString(#","model":"#)
        buffer.writeJSON(model)
    }

    private func writeUsage(completionLength: Int, into buffer: inout ByteBuffer) {
        let completion = Self.tokens(completionLength)
        buffer.writeString(#"{"prompt_tokens":\#(promptTokens),"completion_tokens":\#(completion),"#)
        buffer.writeString(#""total_tokens":\#(promptTokens + completion)}"#)
    }

    /// Four bytes to a token, which is what English comes to.
    private static func tokens(_ bytes: Int) -> Int { (bytes + 3) / 4 }
}

private func monotonicMicroseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1_000_000 + now.tv_nsec / 1000
}
