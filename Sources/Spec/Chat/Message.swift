/// One message of a conversation.
package struct Message: Sendable, Hashable {
    /// Bytes of UTF-8 that a message may have when somebody posts it: 1 MiB.
    package static let mostBytes = 1 << 20

    package enum Role: String, Sendable, Codable, CaseIterable { case user, assistant, system, error }

    /// Where a message written by a run is; everything else is `complete` from the start.
    package enum Status: String, Sendable, Codable {
        /// A run writes it now.
        case running
        case complete
        /// By its user; the text so far is kept.
        case stopped
        /// The answer ended with an error.
        case failed
        /// operatord ended while it was written.
        case interrupted
    }

    package let id: MessageID
    package var conversation: ConversationID
    /// nil for the first message of a branch.
    package var parent: MessageID?
    package var role: Role
    package var content: String
    /// In their order; the bytes are read apart (``PictureReading``).
    package var pictures: [Picture.Facts]
    package var reasoning: String
    package var tools: [ToolCall]
    package var status: Status
    package var failure: MessageFailure?
    package var usage: TokenUsage?
    package var model: String?
    package var run: RunID?
    /// Of the request that began its run, as the log has it; nil for messages without one.
    package var requestID: String?
    package var createdAt: Timestamp
    /// When its run ended; nil for messages without one.
    package var endedAt: Timestamp?
    /// The messages with the same parent, oldest first, itself included.
    package var siblings: [MessageID]

    package init(
        id: MessageID, conversation: ConversationID, parent: MessageID? = nil, role: Role, content: String,
        pictures: [Picture.Facts] = [], reasoning: String = "", tools: [ToolCall] = [], status: Status = .complete,
        failure: MessageFailure? = nil, usage: TokenUsage? = nil, model: String? = nil, run: RunID? = nil,
        requestID: String? = nil,
        createdAt: Timestamp, endedAt: Timestamp? = nil, siblings: [MessageID] = []
    ) {
        self.id = id
        self.conversation = conversation
        self.parent = parent
        self.role = role
        self.content = content
        self.pictures = pictures
        self.reasoning = reasoning
        self.tools = tools
        self.status = status
        self.failure = failure
        self.usage = usage
        self.model = model
        self.run = run
        self.requestID = requestID
        self.createdAt = createdAt
        self.endedAt = endedAt
        self.siblings = siblings
    }
}

/// Something the agent did on its way to an answer, as its runtime told it.
package struct ToolCall: Sendable, Hashable, Codable {
    package enum Status: String, Sendable, Codable { case running, done, failed }

    /// The runtime's, or `tool-<n>` when it gives none.
    package var id: String
    package var name: String
    /// As the runtime wrote them: JSON or plain text.
    package var arguments: String
    package var output: String?
    package var status: Status
    package var startedAt: Timestamp
    package var endedAt: Timestamp?

    package init(
        id: String, name: String, arguments: String, output: String? = nil, status: Status = .running,
        startedAt: Timestamp, endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.output = output
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// Why an answer failed, as it is kept with the message.
package struct MessageFailure: Sendable, Hashable, Codable {
    /// HTTP status that a program would have got on `/v1`.
    package var status: Int
    package var code: String
    /// One sentence for people. Carries no secret.
    package var message: String
    /// The raw reason, such as the upstream's body, at most 4 KiB.
    package var detail: String?
    package var requestID: String
    package var retryAfterSeconds: Int?

    package init(
        status: Int, code: String, message: String, detail: String? = nil, requestID: String,
        retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.requestID = requestID
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// What an answer cost, as the runtime reported it. Counts tokens.
package struct TokenUsage: Sendable, Hashable, Codable {
    package var prompt: Int
    package var completion: Int
    package var total: Int

    package init(prompt: Int, completion: Int, total: Int) {
        self.prompt = prompt
        self.completion = completion
        self.total = total
    }
}
