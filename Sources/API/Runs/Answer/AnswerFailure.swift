/// Why a runner's response is no answer, or no whole one.
struct AnswerFailure: Error, Equatable {
    /// HTTP status that a program would have got on `/v1`.
    var status = 502
    var code: String
    /// One sentence for people.
    var message: String
    /// The raw reason, at most 4 KiB.
    var detail: String?
    var retryAfterSeconds: Int?
}

extension AnswerFailure {
    private static let longestDetail = 4096

    static let tooLarge = AnswerFailure(
        code: "answer_too_large", message: "The answer is larger than is kept here; the rest of it is lost.")

    static let empty = AnswerFailure(
        code: "upstream_empty", message: "The runner ended its answer without a word of it.")

    static let cutOff = AnswerFailure(
        code: "upstream_incomplete", message: "The runner ended its answer in the middle.")

    static let unfinishedTurn = AnswerFailure(
        code: "agent_failed", message: "The agent says that it could not complete this turn.")

    /// A status without an answer.
    static func refused(_ head: AnswerHead, body: [UInt8]) -> AnswerFailure {
        let error = ChatChunk(body)?.error
        let reason = error.map { ": \($0.message)" } ?? "."
        return AnswerFailure(
            status: head.status >= 400 ? head.status : 502, code: error?.code ?? "upstream_error",
            message: "The runner answered with status \(head.status)\(reason)".prefix(bytes: 1000),
            detail: body.isEmpty ? nil : String(decoding: body, as: UTF8.self).prefix(bytes: longestDetail),
            retryAfterSeconds: head.retryAfterSeconds)
    }

    /// An error object in a response that began well.
    static func reported(_ error: ChatChunk.ErrorObject) -> AnswerFailure {
        AnswerFailure(
            status: error.status ?? 502, code: error.code ?? "upstream_error",
            message: error.message.prefix(bytes: 1000), detail: error.message.prefix(bytes: longestDetail))
    }

    static func reported(_ text: String) -> AnswerFailure {
        AnswerFailure(
            code: "upstream_error", message: text.isEmpty ? "The runner reported an error." : text.prefix(bytes: 1000),
            detail: text.prefix(bytes: longestDetail))
    }

    /// Not what the chat endpoint promises.
    static func malformed(_ body: [UInt8]) -> AnswerFailure {
        AnswerFailure(
            code: "upstream_malformed", message: "The runner's answer is not what a chat endpoint answers.",
            detail: body.isEmpty ? nil : String(decoding: body.prefix(longestDetail), as: UTF8.self))
    }
}
