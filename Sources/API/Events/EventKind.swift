/// What `GET /api/events` tells of; the raw value is the event's type on the wire.
package enum EventKind: String, Sendable {
    /// `{boot}`, first of every connection.
    case hello
    /// `{}`: what happened since is not known any more; the client reads everything again.
    case reset
    /// `{run, message, question?}` at a run's begin, when its runner got it, and at its end, with the message whole.
    case run
    /// `{run_id, conversation_id, message_id, offset, content}`; `offset` is the length before it in UTF-16 units.
    case runDelta = "run.delta"
    /// The same for what the agent thinks.
    case runReasoning = "run.reasoning"
    /// `{run_id, conversation_id, message_id, tool}`.
    case runTool = "run.tool"
    /// `{runner}` whenever its phase, progress, conditions or failure change.
    case runner
    /// `{conversation}` when it is created or changed.
    case conversation
    /// `{id}`.
    case conversationDeleted = "conversation.deleted"
    /// `{}` when the user's effective upstream values changed.
    case keys
}
