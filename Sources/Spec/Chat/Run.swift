/// One reply being made, or made. It belongs to the server: whoever watches it may come and go.
package struct Run: Sendable, Hashable {
    package enum Status: String, Sendable, Codable {
        /// Waits for its runner.
        case waiting
        /// The runner has the request.
        case running
        case complete, stopped, failed
        /// operatord ended before it did.
        case interrupted

        package var isOver: Bool { self != .waiting && self != .running }
    }

    package let id: RunID
    package let conversation: ConversationID
    /// The answer it writes.
    package let message: MessageID
    package var status: Status
    package var startedAt: Timestamp
    package var endedAt: Timestamp?

    package init(
        id: RunID, conversation: ConversationID, message: MessageID, status: Status, startedAt: Timestamp,
        endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.conversation = conversation
        self.message = message
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}
