/// What the execution of runs needs of the rows. Each writing call is one transaction.
package protocol RunKeeping: PictureReading {
    /// Appends the user's message where `new` says, and below it the empty answer that the run will write, both on the
    /// branch that is shown from now on. Throws ``ChatError/runActive(_:)`` while the conversation has one that is not over.
    func beginRun(_ new: NewRun, owner: UserID) async throws -> BegunRun
    /// The runner has the request.
    func markRunning(_ run: RunID) async throws
    /// Replaces what the answer holds so far; called in batches, not for each chunk. Nothing when the run is over.
    func saveProgress(of run: RunID, _ answer: AnswerSoFar) async throws
    /// Ends the run once; a second end changes nothing. Returns the message as it is kept: a failed answer without text
    /// has role `error` and the failure's message as content.
    func endRun(_ run: RunID, as status: Run.Status, _ answer: AnswerSoFar, failure: MessageFailure?) async throws
        -> Message
    /// Marks every unfinished run and its message `interrupted`; called once at the start of the process.
    func interruptUnfinishedRuns() async throws -> Int
    /// nil when it is not this user's.
    func run(_ id: RunID, owner: UserID) async throws -> Run?
    /// A run with the message it writes, as they are kept; nil when it is not this user's.
    func runWithAnswer(_ id: RunID, owner: UserID) async throws -> (run: Run, answer: Message)?
    /// Throws ``ChatError/notFound`` when it is not this user's.
    func conversation(_ id: ConversationID, owner: UserID) async throws -> Conversation
}

/// Where a run begins.
package struct NewRun: Sendable, Hashable {
    package enum Input: Sendable, Hashable {
        /// A new message of the user below `parent`, or below the head when nil.
        case say(String, parent: MessageID?)
        /// A sibling of a message of the user, with other text.
        case edit(MessageID, String)
        /// A sibling of an answer, to the same question.
        case regenerate(MessageID)
    }

    package var conversation: ConversationID
    package var input: Input
    /// Of the new message; nil: none, or those of the message that is edited.
    package var pictures: [Picture]?
    /// nil: the conversation's.
    package var model: String?
    /// Of the request that begins it.
    package var requestID: String?

    package init(
        conversation: ConversationID, input: Input, pictures: [Picture]? = nil, model: String? = nil,
        requestID: String? = nil
    ) {
        self.conversation = conversation
        self.input = input
        self.pictures = pictures
        self.model = model
        self.requestID = requestID
    }
}

package struct BegunRun: Sendable {
    package var run: Run
    package var conversation: Conversation
    /// nil when an answer is made anew.
    package var question: Message?
    package var answer: Message
    /// The branch up to the question, oldest first, without errors and empty answers: what the runtime is sent.
    package var history: [Message]

    package init(run: Run, conversation: Conversation, question: Message?, answer: Message, history: [Message]) {
        self.run = run
        self.conversation = conversation
        self.question = question
        self.answer = answer
        self.history = history
    }
}

package struct AnswerSoFar: Sendable, Hashable {
    package var content: String
    package var reasoning: String
    package var tools: [ToolCall]
    package var usage: TokenUsage?

    package init(content: String = "", reasoning: String = "", tools: [ToolCall] = [], usage: TokenUsage? = nil) {
        self.content = content
        self.reasoning = reasoning
        self.tools = tools
        self.usage = usage
    }
}

package enum ChatError: Error, Sendable, Hashable {
    /// No such conversation, message or run of this user.
    case notFound
    /// The conversation has a run that is not over.
    case runActive(RunID)
    /// What is asked does not fit the message: an answer cannot be edited, a question not regenerated.
    case wrongRole(String)
    /// Content over 1 MiB.
    case tooLarge
    /// The user's pictures would have more bytes together than that.
    case picturesFull(limit: Int)
}
