import Hummingbird
import Spec

/// `/api/conversations`: a user's own conversations.
struct ConversationRoutes: Sendable {
    /// Rows of a page, also when no limit is given: clients that know no paging get all that people have.
    static let mostRows = 1000

    private let configuration: any ConfigurationReading
    private let conversations: any ConversationKeeping
    private let runs: Runs
    private let events: EventHub

    init(_ dependencies: APIDependencies) {
        configuration = dependencies.configuration
        conversations = dependencies.conversations
        runs = dependencies.runs
        events = dependencies.events
    }

    func add(to group: RouterGroup<SignedInContext>) {
        let routes = group.group("api/conversations")
        routes.get(use: list)
        routes.post(use: create)
        routes.get("{id}", use: show)
        routes.patch("{id}", use: edit)
        routes.delete("{id}", use: delete)
    }

    @Sendable private func list(request: Request, context: SignedInContext) async throws -> Response {
        let filter = ConversationFilter(
            backend: try request.text("backend"), number: try request.number("seq"),
            isPinned: try request.flag("pinned"))
        let before = try request.text("before").map { text throws(APIFailure) in
            guard let cursor = ConversationCursor(text) else {
                throw .invalid("before is the next of an earlier page.", parameter: "before")
            }
            return cursor
        }
        let page = try await conversations.conversations(
            filter, before: before,
            limit: try request.number("limit", standard: Self.mostRows, in: 1...Self.mostRows),
            owner: context.account.id)
        return try .json(
            ConversationsReply(
                conversations: page.conversations.map(ConversationReply.init),
                next: Nullable(page.next?.description)))
    }

    @Sendable private func create(request: Request, context: SignedInContext) async throws -> Response {
        let form: NewConversationForm = try await request.json()
        guard let backend = configuration.current.backend(named: form.backend) else {
            throw APIFailure.unknownBackend(form.backend)
        }
        let new = NewConversation(
            backend: backend.name, model: try form.model.map(Self.checkedModel) ?? backend.name,
            title: try form.title.map(Self.checkedTitle) ?? "")
        let conversation = try await conversations.createConversation(new, owner: context.account.id)
        return try told(conversation)
    }

    @Sendable private func show(request: Request, context: SignedInContext) async throws -> Response {
        let id = try context.id()
        // Asked for before the rows are read: what ends meanwhile has its end in the rows.
        let live = runs.live(in: id)
        let page = try await conversations.messages(
            of: id, on: try Self.path(request), before: try request.number("before"),
            limit: try request.number("limit", standard: Self.mostRows, in: 1...Self.mostRows),
            owner: context.account.id)
        return try .json(
            ConversationWithMessagesReply(
                conversation: ConversationReply(page.conversation),
                messages: page.messages.map { MessageReply($0.showing(live)) },
                next: Nullable(page.next)))
    }

    @Sendable private func edit(request: Request, context: SignedInContext) async throws -> Response {
        let id = try context.id()
        let form: ConversationForm = try await request.json()
        let edit = ConversationEdit(
            title: try form.title.map(Self.checkedTitle), isPinned: form.pinned,
            model: try form.model.map(Self.checkedModel), head: form.head)
        let conversation = try await conversations.editConversation(id, edit, owner: context.account.id)
        return try told(conversation)
    }

    @Sendable private func delete(request: Request, context: SignedInContext) async throws -> Response {
        let (id, owner) = (try context.id(), context.account.id)
        _ = try await conversations.conversation(id, owner: owner)
        await runs.discard(conversation: id)
        try await conversations.deleteConversation(id, owner: owner)
        events.publish(.conversationDeleted, to: owner, ["id": id])
        return try .json(["ok": true])
    }

    /// Answers the conversation, and tells its user's other pages of it.
    private func told(_ conversation: Conversation) throws -> Response {
        let reply = ["conversation": ConversationReply(conversation)]
        events.publish(.conversation, to: conversation.owner, reply)
        return try .json(reply)
    }

    private static func path(_ request: Request) throws(APIFailure) -> MessagePath {
        switch try request.text("branch") {
        case nil, "shown": .shownBranch
        case "all": .allBranches
        default: throw .invalid("branch is shown or all.", parameter: "branch")
        }
    }

    private static func checkedTitle(_ title: String) throws(APIFailure) -> String {
        guard title.unicodeScalars.count <= Title.mostScalars else {
            throw .invalid("A title has at most \(Title.mostScalars) characters.", parameter: "title")
        }
        return title
    }

    private static func checkedModel(_ model: String) throws(APIFailure) -> String {
        guard (1...200).contains(model.unicodeScalars.count) else {
            throw .invalid("The name of a model has 1 to 200 characters.", parameter: "model")
        }
        return model
    }
}

extension SignedInContext {
    /// A number of the path. What is none names nothing.
    func id(_ name: String = "id") throws -> Int64 {
        guard let id = Int64(try parameters.require(name)) else { throw ChatError.notFound }
        return id
    }
}

private struct NewConversationForm: Decodable {
    var backend: String
    var model: String?
    var title: String?
}

private struct ConversationForm: Decodable {
    var title: String?
    var pinned: Bool?
    var model: String?
    var head: MessageID?
}

private struct ConversationsReply: Encodable {
    var conversations: [ConversationReply]
    var next: Nullable<String>
}

private struct ConversationWithMessagesReply: Encodable {
    var conversation: ConversationReply
    /// Oldest first.
    var messages: [MessageReply]
    var next: Nullable<MessageID>
}
