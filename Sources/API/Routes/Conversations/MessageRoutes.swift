import Hummingbird
import Spec

/// `/api/conversations/{id}/messages`: what is written into a conversation without a run.
struct MessageRoutes: Sendable {
    /// Bytes of a body: a message of 1 MiB of which every character is written as an escape.
    static let mostBodyBytes = Message.mostBytes * 6 + 64 * 1024

    private let conversations: any ConversationKeeping
    private let events: EventHub

    init(_ dependencies: APIDependencies) {
        conversations = dependencies.conversations
        events = dependencies.events
    }

    func add(to group: RouterGroup<SignedInContext>) {
        let messages = group.group("api/conversations/{id}/messages")
        messages.post(use: append)
        messages.post("{message}/edit", use: edit)
        messages.delete("{message}", use: delete)
    }

    @Sendable private func append(request: Request, context: SignedInContext) async throws -> Response {
        let form: MessageForm = try await request.json(limit: Self.mostBodyBytes)
        let message = try await conversations.appendMessage(
            NewMessage(role: form.role, content: form.content, parent: form.parentId), to: try context.id(),
            owner: context.account.id)
        await tell(message.conversation, of: context.account.id)
        return try .json(["message": MessageReply(message)])
    }

    @Sendable private func edit(request: Request, context: SignedInContext) async throws -> Response {
        let form: MessageEditForm = try await request.json(limit: Self.mostBodyBytes)
        let message = try await conversations.editMessage(
            try context.id("message"), of: try context.id(), content: form.content, owner: context.account.id)
        await tell(message.conversation, of: context.account.id)
        return try .json(["message": MessageReply(message)])
    }

    @Sendable private func delete(request: Request, context: SignedInContext) async throws -> Response {
        try await conversations.deleteMessage(
            try context.id("message"), of: try context.id(), owner: context.account.id)
        await tell(try context.id(), of: context.account.id)
        return try .json(["ok": true])
    }

    /// Tells the user's other pages that the conversation changed.
    private func tell(_ id: ConversationID, of owner: UserID) async {
        guard events.isWatched(owner), let changed = try? await conversations.conversation(id, owner: owner) else {
            return
        }
        events.publish(.conversation, to: owner, ["conversation": ConversationReply(changed)])
    }
}

private struct MessageForm: Decodable {
    var role: Message.Role
    var content: String
    var parentId: MessageID?
}

private struct MessageEditForm: Decodable {
    var content: String
}
