import NIOCore
import NIOHTTP1

// Endpoints whose answer is made at once from the request's body.

extension Responder {
    /// `/v1/embeddings`: four numbers for each text, the same for the same text.
    func embeddings(_ body: ByteBuffer) {
        guard let document = try? JSONParser.parse(Array(body.readableBytesView)), let input = document["input"] else {
            return failure(.badRequest, "the body must be JSON with an input")
        }
        let texts = input.text.map { [$0] } ?? input.elements.compactMap(\.text)
        let data = texts.enumerated().map { index, text in
            JSONValue([
                ("object", .string("embedding")), ("index", .number(String(index))),
                ("embedding", Self.vector(of: text)),
            ])
        }
        var answer = ByteBuffer()
        answer.writeJSON(
            JSONValue([
                ("object", .string("list")), ("data", .array(data)), ("model", document["model"] ?? .null),
                ("usage", JSONValue([("prompt_tokens", .number("1")), ("total_tokens", .number("1"))])),
            ]))
        whole(.ok, answer)
    }

    /// `/v1/audio/transcriptions`: the form itself as the text, so that a test sees what arrived.
    func transcription(_ body: ByteBuffer) {
        var answer = ByteBuffer()
        answer.writeJSON(JSONValue([("text", .string(String(decoding: body.readableBytesView, as: UTF8.self)))]))
        whole(.ok, answer)
    }

    /// Sums of every fourth byte.
    private static func vector(of text: String) -> JSONValue {
        var sums = [0, 0, 0, 0]
        for (index, byte) in text.utf8.enumerated() { sums[index % 4] += Int(byte) }
        return .array(sums.map { .number("\(Double($0) / 256)") })
    }
}
