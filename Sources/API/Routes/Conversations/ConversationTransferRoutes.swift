import HTTPTypes
import Hummingbird
import Spec

/// Conversations as files: export of one as Markdown or JSON, export of all and import as JSON.
struct ConversationTransferRoutes: Sendable {
    private static let mostImportBytes = 32 << 20

    private let conversations: any ConversationKeeping
    private let clock: any WallClock

    init(_ dependencies: APIDependencies) {
        conversations = dependencies.conversations
        clock = dependencies.clock
    }

    func add(to group: RouterGroup<SignedInContext>) {
        let routes = group.group("api/conversations")
        routes.get("export", use: exportAll)
        routes.post("import", use: importAll)
        routes.get("{id}/export", use: exportOne)
    }

    @Sendable private func exportAll(request: Request, context: SignedInContext) async throws -> Response {
        let owner = context.account.id
        let ids = try await conversations.conversationIDs(owner: owner)
        let export = ConversationExport(conversations: conversations, owner: owner)
        return file("conversations.json", type: "application/json", body: export.json(ids, at: clock.now()))
    }

    @Sendable private func exportOne(request: Request, context: SignedInContext) async throws -> Response {
        let owner = context.account.id
        let conversation = try await conversations.conversation(try context.id(), owner: owner)
        let export = ConversationExport(conversations: conversations, owner: owner)
        let name = "\(conversation.backend)-\(conversation.number)"
        switch try request.text("format") ?? "json" {
        case "json":
            return file(
                "\(name).json", type: "application/json", body: export.json([conversation.id], at: clock.now()))
        case "md":
            let shown = try await conversations.shownBranch(of: conversation.id, owner: owner)
            return file(
                "\(name).md", type: "text/markdown; charset=utf-8", body: export.markdown(conversation, shown: shown))
        default: throw APIFailure.invalid("format is md or json.", parameter: "format")
        }
    }

    @Sendable private func importAll(request: Request, context: SignedInContext) async throws -> Response {
        let file: ConversationImport = try await request.json(limit: Self.mostImportBytes)
        let imported = try await conversations.importConversations(
            try file.checked(now: clock.now()), owner: context.account.id)
        return try .json(ImportReply(imported: imported.count, conversations: imported.map(ConversationReply.init)))
    }

    private func file(_ name: String, type: String, body: ResponseBody) -> Response {
        let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
        return Response(
            status: .ok,
            headers: [.contentType: type, .contentDisposition: "attachment; filename=\"\(safe)\""], body: body)
    }
}

private struct ImportReply: Encodable {
    var imported: Int
    var conversations: [ConversationReply]
}
