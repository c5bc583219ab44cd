import HTTPTypes
import Hummingbird
import Spec

/// `POST /api/conversations/{id}/runs`, `GET /api/runs/{id}`, `POST /api/runs/{id}/stop`.
struct RunRoutes: Sendable {
    /// A message of 1 MiB in which every byte is escaped, and its pictures in base64.
    private static let bodyLimit = (8 << 20) + Picture.mostPerMessage * Picture.mostBytes / 3 * 4

    private let runs: Runs
    private let keeping: any RunKeeping

    init(_ dependencies: APIDependencies) {
        runs = dependencies.runs
        keeping = dependencies.runKeeping
    }

    func add(to group: RouterGroup<SignedInContext>) {
        group.post("api/conversations/{id}/runs", use: begin)
        group.get("api/runs/{id}", use: show)
        group.post("api/runs/{id}/stop", use: stop)
    }

    @Sendable private func begin(request: Request, context: SignedInContext) async throws -> Response {
        let id = try context.id()
        let form: RunForm = try await request.json(limit: Self.bodyLimit)
        let input = try form.input
        let pictures = try form.pictures
        let conversation = try await keeping.conversation(id, owner: context.account.id)
        let begun = try await runs.begin(
            NewRun(
                conversation: id, input: input, pictures: pictures, model: form.model,
                requestID: Actor.current.requestID),
            in: conversation, of: context.caller)
        return try .json(BegunReply(begun), status: .accepted)
    }

    @Sendable private func show(request: Request, context: SignedInContext) async throws -> Response {
        let id = try context.id()
        // Asked for before the rows are read: what ends meanwhile has its end in the rows.
        let live = runs.live(id)
        guard let kept = try await keeping.runWithAnswer(id, owner: context.account.id) else {
            throw APIFailure(ChatError.notFound)
        }
        let shown = kept.run.status.isOver ? kept : live.map { (run: $0.run, answer: $0.message) } ?? kept
        return try .json(RunShownReply(run: RunReply(shown.run), message: MessageReply(shown.answer)))
    }

    /// Answers when it is over; one that is over already stays as it is.
    @Sendable private func stop(request: Request, context: SignedInContext) async throws -> Response {
        guard let run = try await runs.stop(try context.id(), owner: context.account.id) else {
            throw APIFailure(ChatError.notFound)
        }
        return try .json(["run": RunReply(run)])
    }
}

/// One of `{content, parent_id?}`, `{edit, content}` and `{regenerate}`, each with `model?`; the first two with
/// `images?`, data URLs, without which an edit keeps those of its message.
private struct RunForm: Decodable {
    var content: String?
    var parentId: MessageID?
    var edit: MessageID?
    var regenerate: MessageID?
    var images: [String]?
    var model: String?

    var input: NewRun.Input {
        get throws {
            switch (content, edit, regenerate) {
            case (let content?, nil, nil): return .say(try said(content), parent: parentId)
            case (let content?, let edit?, nil): return .edit(edit, try said(content))
            case (nil, nil, let answer?): return .regenerate(answer)
            default:
                throw APIFailure(
                    status: 422, code: "invalid_request",
                    message: "Send content, or edit with content, or regenerate, and nothing else of these.")
            }
        }
    }

    /// nil without the field.
    var pictures: [Picture]? {
        get throws {
            guard let images else { return nil }
            guard regenerate == nil else {
                throw APIFailure(
                    status: 422, code: "invalid_request", message: "An answer made anew takes no images.",
                    parameter: "images")
            }
            return try PictureAddress.read(images, at: "images")
        }
    }

    private func said(_ content: String) throws -> String {
        if images?.isEmpty == false { return content }
        guard content.contains(where: { !$0.isWhitespace }) else {
            throw APIFailure(
                status: 422, code: "content_empty", message: "A message needs text or an image.", parameter: "content")
        }
        return content
    }
}

private struct BegunReply: Encodable {
    var run: RunReply
    var message: MessageReply
    var question: Nullable<MessageReply>
    var conversation: ConversationReply

    init(_ begun: BegunRun) {
        run = RunReply(begun.run)
        message = MessageReply(begun.answer)
        question = Nullable(begun.question.map(MessageReply.init))
        conversation = ConversationReply(begun.conversation)
    }
}

private struct RunShownReply: Encodable {
    var run: RunReply
    var message: MessageReply
}
