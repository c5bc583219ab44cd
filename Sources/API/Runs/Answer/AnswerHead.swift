import NIOHTTP1

/// What the head of a runner's response says about the answer to come.
struct AnswerHead: Equatable {
    var status: Int
    /// Whether the body is an event stream; else it is taken as one JSON object.
    var isEventStream: Bool
    /// The header that the backend names says that the turn failed, whatever the status.
    var saysFailed = false
    /// The `Retry-After` header, where it is a number of seconds.
    var retryAfterSeconds: Int?

    init(status: Int, isEventStream: Bool = true, saysFailed: Bool = false, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.isEventStream = isEventStream
        self.saysFailed = saysFailed
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// - Parameter failureHeader: the backend's `failure_header`.
    init(status: Int, headers: HTTPHeaders, failureHeader: String?) {
        self.status = status
        let type = headers.first(name: "content-type")?.lowercased() ?? "text/event-stream"
        isEventStream = type.contains("event-stream")
        saysFailed = failureHeader.flatMap { headers.first(name: $0) }?.lowercased() == "false"
        retryAfterSeconds = headers.first(name: "retry-after").flatMap { Int($0) }.map { min(max($0, 0), 86_400) }
    }
}
