import Foundation
import Spec
import Store

/// A store with one user, and short ways to write conversations.
struct ChatFixture {
    let fixture: StoreFixture
    let owner: UserID
    var store: Store { fixture.store }

    init() async throws {
        fixture = try StoreFixture()
        owner = try await fixture.user("alice").id
    }

    func conversation(_ backend: String = "demo", title: String = "") async throws -> ConversationID {
        try await store.createConversation(
            NewConversation(backend: backend, model: backend, title: title), owner: owner
        ).id
    }

    @discardableResult
    func post(
        _ text: String, in conversation: ConversationID, as role: Message.Role = .user, below parent: MessageID? = nil
    ) async throws -> MessageID {
        try await store.appendMessage(
            NewMessage(role: role, content: text, parent: parent), to: conversation, owner: owner
        ).id
    }

    func shown(_ conversation: ConversationID) async throws -> [Message] {
        try await store.messages(of: conversation, on: .shownBranch, before: nil, limit: 10_000, owner: owner).messages
    }

    func all(_ conversation: ConversationID) async throws -> [Message] {
        try await store.messages(of: conversation, on: .allBranches, before: nil, limit: 10_000, owner: owner).messages
    }

    func find(_ typed: String, limit: Int = 100) async throws -> [SearchHit] {
        try await store.search(SearchQuery(typed), before: nil, limit: limit, owner: owner).hits
    }
}
