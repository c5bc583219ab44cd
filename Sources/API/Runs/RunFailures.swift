import Spec

extension MessageFailure {
    /// What is kept of a raw reason, in bytes.
    private static let longestDetail = 4096

    init(_ failure: AnswerFailure, requestID: String, redactor: Redactor) {
        self.init(
            status: failure.status, code: failure.code, message: redactor.redact(failure.message),
            detail: failure.detail.map(redactor.redact), requestID: requestID,
            retryAfterSeconds: failure.retryAfterSeconds)
    }

    /// Why there was no runner to ask. A start that failed brings its container's last lines.
    init(_ error: GateError, requestID: String) {
        let failure = APIFailure(error)
        var detail: String?
        if case .failed(let reason, _) = error, !reason.logTail.isEmpty {
            detail = reason.logTail.suffix(50).joined(separator: "\n").prefix(bytes: Self.longestDetail)
        }
        self.init(
            status: failure.status, code: failure.code, message: error.description, detail: detail,
            requestID: requestID, retryAfterSeconds: failure.retryAfterSeconds)
    }
}

extension AnswerFailure {
    init(_ failure: APIFailure) {
        self.init(status: failure.status, code: failure.code, message: failure.message)
    }

    /// The connection broke after the answer began.
    static let broken = AnswerFailure(
        code: "upstream_closed", message: "The runner closed the connection in the middle of its answer.")

    /// Nothing came for longer than `proxy.idleTimeout`.
    static let silent = AnswerFailure(
        status: 504, code: "upstream_timeout", message: "The runner fell silent in the middle of its answer.")
}

extension APIFailure {
    static func tooManyRuns(limit: Int) -> APIFailure {
        APIFailure(
            status: 429, code: "too_many_runs",
            message: "\(limit) replies are being written for you at once; wait for one of them or stop one.",
            retryAfterSeconds: 5)
    }

    static let tooBusyForRuns = APIFailure(
        status: 503, code: "busy", message: "Too many replies are being written here; try again.",
        retryAfterSeconds: 5)

    init(_ error: ChatError) {
        switch error {
        case .notFound: self.init(status: 404, code: "not_found", message: "There is no such conversation or message.")
        case .runActive(let run):
            self.init(
                status: 409, code: "run_active",
                message: "Run \(run) is writing into this conversation; wait for it or stop it.")
        case .wrongRole(let message): self.init(status: 422, code: "wrong_role", message: message.sentence)
        case .tooLarge:
            self.init(status: 413, code: "message_too_large", message: "A message has at most 1 MiB.")
        case .picturesFull(let limit):
            let most = Quantity.shown(bytes: Int64(limit))
            self.init(
                status: 413, code: "images_full",
                message: "Your images may have \(most)\(most.last?.isNumber == true ? " bytes" : "") together; delete "
                    + "chats with images before you send more.")
        }
    }
}

extension String {
    /// With a capital letter and a full stop.
    fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
