import GRDB
import Spec
import Synchronization
import Testing

@testable import Store

/// No statement about conversations reads a whole table, however many rows others have.
@Suite struct QueryPlanTests {
    @Test func everyStatementUsesAnIndex() async throws {
        let chat = try await ChatFixture()
        let (store, owner) = (chat.store, chat.owner)
        let statements = Mutex<Set<String>>([])
        let listen: @Sendable (Database) -> Void = { db in
            db.trace { event in
                guard case .statement(let statement) = event else { return }
                statements.withLock { _ = $0.insert(statement.sql) }
            }
        }
        try await store.pool.writeWithoutTransaction { db in listen(db) }
        // Reads one after the other are served by one connection.
        try await store.pool.read { db in listen(db) }

        let id = try await chat.conversation()
        let message = try await chat.post("one", in: id)
        let edited = try await store.editMessage(message, of: id, content: "uno", owner: owner)
        let run = try await store.beginRun(NewRun(conversation: id, input: .say("q", parent: nil)), owner: owner)
        try await store.markRunning(run.run.id)
        try await store.saveProgress(of: run.run.id, AnswerSoFar(content: "a"))
        _ = try await store.endRun(run.run.id, as: .complete, AnswerSoFar(content: "answer"), failure: nil)
        _ = try await store.interruptUnfinishedRuns()
        _ = try await store.run(run.run.id, owner: owner)
        _ = try await store.editConversation(
            id, ConversationEdit(title: "t", isPinned: true, head: message), owner: owner)
        let all = try await store.conversations(ConversationFilter(), before: nil, limit: 5, owner: owner)
        let cursor = try #require(all.conversations.first.map(ConversationCursor.init))
        _ = try await store.conversations(
            ConversationFilter(backend: "demo", number: 1, isPinned: true), before: cursor, limit: 5, owner: owner)
        _ = try await store.conversationIDs(owner: owner)
        for path in [MessagePath.shownBranch, .allBranches] {
            _ = try await store.messages(of: id, on: path, before: nil, limit: 5, owner: owner)
            _ = try await store.messages(of: id, on: path, before: edited.id, limit: 5, owner: owner)
        }
        _ = try await store.messages(of: id, after: message, limit: 5, owner: owner)
        _ = try await store.shownBranch(of: id, owner: owner)
        #expect(try await chat.find("answer").count == 1)
        try await store.deleteMessage(edited.id, of: id, owner: owner)
        try await store.deleteConversation(id, owner: owner)

        // Statements of triggers come as comments; the index reads its own tables by key.
        let own = statements.withLock { $0 }.filter { sql in
            ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].contains { sql.drop(while: \.isWhitespace).hasPrefix($0) }
                && !sql.contains("'main'")
        }
        #expect(own.count > 30)
        for sql in own {
            let plan = try await store.pool.read { db in
                let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
                // A plan does not depend on the values.
                statement.setUncheckedArguments([])
                return try Row.fetchAll(statement).map { $0["detail"] as String }
            }
            for step in plan where step.hasPrefix("SCAN") {
                let isSmall = [
                    "SCAN path", "SCAN below", "SCAN (subquery", "SCAN search VIRTUAL TABLE INDEX", "SCAN CONSTANT ROW",
                    "SCAN pragma_",
                ]
                .contains { step.hasPrefix($0) }
                let isPartOfIndex = step.contains("one_unfinished_run")
                #expect(isSmall || isPartOfIndex || sql.contains("forgotten"), "\(step) in \(sql)")
            }
        }
    }
}
