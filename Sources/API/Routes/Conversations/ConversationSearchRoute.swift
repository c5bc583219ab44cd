import Hummingbird
import Spec

/// `GET /api/conversations/search`: words in titles and messages.
struct ConversationSearchRoute: Sendable {
    private static let mostTerms = 32

    private let conversations: any ConversationKeeping

    init(_ dependencies: APIDependencies) {
        conversations = dependencies.conversations
    }

    func add(to group: RouterGroup<SignedInContext>) {
        group.get("api/conversations/search", use: search)
    }

    @Sendable private func search(request: Request, context: SignedInContext) async throws -> Response {
        let query = SearchQuery(try request.text("q") ?? "")
        guard query.terms.count <= Self.mostTerms else {
            throw APIFailure.invalid("A search has at most \(Self.mostTerms) words and phrases.", parameter: "q")
        }
        let page = try await conversations.search(
            query, before: try request.number("before"), limit: try request.number("limit", standard: 50, in: 1...200),
            owner: context.account.id)
        return try .json(SearchReply(results: page.hits.map(SearchReply.Result.init), next: Nullable(page.next)))
    }
}

private struct SearchReply: Encodable {
    var results: [Result]
    var next: Nullable<SearchCursor>

    struct Result: Encodable {
        var conversation: ConversationReply
        /// null when it is the title.
        var messageId: Nullable<MessageID>
        var snippet: String
        /// `[start, length]` of each match in UTF-16 units of the snippet.
        var matches: [[Int]]

        init(_ hit: SearchHit) {
            conversation = ConversationReply(hit.conversation)
            messageId = Nullable(hit.message)
            snippet = hit.snippet
            matches = hit.matches.map { [$0.lowerBound, $0.count] }
        }
    }
}
