import Foundation
import GRDB
package import Spec

extension Store: RunKeeping {
    package func beginRun(_ new: NewRun, owner: UserID) async throws -> BegunRun {
        try await write { [now, mostPictureBytes] db, _ in
            let now = now()
            let conversation = try Conversation.fetch(db, id: new.conversation, owner: owner)
            if let active = conversation.activeRun { throw ChatError.runActive(active) }
            let (parent, text) = try Self.place(of: new.input, in: conversation, db)
            var question: MessageID?
            if let text {
                question = try db.append(
                    Message(
                        id: 0, conversation: conversation.id, parent: parent, role: .user, content: text,
                        createdAt: now), to: conversation, at: now)
                try Self.addPictures(of: new, to: question, db)
            }
            let answer = try db.append(
                Message(
                    id: 0, conversation: conversation.id, parent: question ?? parent, role: .assistant, content: "",
                    status: .running, model: new.model ?? conversation.model, createdAt: now),
                to: conversation, at: now)
            try db.execute(
                sql: """
                    INSERT INTO runs (conversation_id, message_id, status, started_at, request_id)
                    VALUES (?, ?, 'waiting', ?, ?)
                    """, arguments: [conversation.id, answer, now.milliseconds, new.requestID])
            let run = Run(
                id: db.lastInsertedRowID, conversation: conversation.id, message: answer, status: .waiting,
                startedAt: now)
            let branch = try Message.fetchBranch(db, endingAt: question ?? parent)
            if question != nil, branch.last?.pictures.isEmpty == false {
                try db.requirePictureRoom(for: owner, most: mostPictureBytes())
            }
            return BegunRun(
                run: run, conversation: try Conversation.fetch(db, id: conversation.id, owner: owner),
                question: question == nil ? nil : branch.last,
                answer: try Message.fetch(db, id: answer, in: conversation.id),
                history: branch.filter { $0.role != .error && (!$0.content.isEmpty || !$0.pictures.isEmpty) })
        }
    }

    package func markRunning(_ run: RunID) async throws {
        try await write { db, _ in
            try db.execute(
                sql: "UPDATE runs SET status = 'running' WHERE id = ? AND status = 'waiting'", arguments: [run])
        }
    }

    package func saveProgress(of run: RunID, _ answer: AnswerSoFar) async throws {
        try await write { db, _ in
            let unfinished = "SELECT message_id FROM runs WHERE id = ? AND ended_at IS NULL"
            guard let message = try MessageID.fetchOne(db, sql: unfinished, arguments: [run]) else { return }
            try db.save(answer, in: message)
        }
    }

    package func endRun(
        _ run: RunID, as status: Run.Status, _ answer: AnswerSoFar, failure: MessageFailure?
    ) async throws -> Message {
        try await write { [now] db, _ in
            guard let row = try UnfinishedRun.fetch(db, "runs.id = ?", [run]).first else {
                return try Self.answer(of: run, db)
            }
            try db.save(answer, in: row.message)
            try db.end(row, as: status, answer.content, failure: failure, at: now())
            return try Self.answer(of: run, db)
        }
    }

    package func interruptUnfinishedRuns() async throws -> Int {
        try await write { [now] db, _ in
            let unfinished = try UnfinishedRun.fetch(db, "runs.ended_at IS NULL", [])
            for run in unfinished {
                let text = try Message.fetch(db, id: run.message, in: run.conversation).content
                try db.end(run, as: .interrupted, text, failure: nil, at: now())
            }
            return unfinished.count
        }
    }

    /// The message to write below, and the user's text that comes between when there is one.
    private static func place(
        of input: NewRun.Input, in conversation: Conversation, _ db: Database
    ) throws -> (parent: MessageID?, text: String?) {
        switch input {
        case .say(let text, let parent):
            if let parent { _ = try Message.fetch(db, id: parent, in: conversation.id) }
            return (parent ?? conversation.head, text)
        case .edit(let id, let text):
            let message = try Message.fetch(db, id: id, in: conversation.id)
            guard message.role == .user else { throw ChatError.wrongRole("only a message of the user can be edited") }
            return (message.parent, text)
        case .regenerate(let id):
            let message = try Message.fetch(db, id: id, in: conversation.id)
            guard [.assistant, .error].contains(message.role), let parent = message.parent else {
                throw ChatError.wrongRole("only an answer to a message can be made anew")
            }
            return (parent, nil)
        }
    }

    private static func addPictures(of new: NewRun, to question: MessageID?, _ db: Database) throws {
        guard let question else { return }
        if let pictures = new.pictures {
            try db.insert(pictures, of: question)
        } else if case .edit(let old, _) = new.input {
            try db.copyPictures(of: old, to: question)
        }
    }

    private static func answer(of run: RunID, _ db: Database) throws -> Message {
        let found = try Message.fetchAll(db, "WHERE m.id = (SELECT message_id FROM runs WHERE id = ?)", [run])
        guard let message = found.first else { throw ChatError.notFound }
        return message
    }
}

/// What ending a run needs to know of it.
private struct UnfinishedRun {
    var id: RunID
    var conversation: ConversationID
    var message: MessageID
    var owner: UserID

    static func fetch(_ db: Database, _ condition: String, _ arguments: StatementArguments) throws -> [UnfinishedRun] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT runs.id, conversation_id, message_id, user_id FROM runs
                JOIN conversations c ON c.id = conversation_id WHERE runs.ended_at IS NULL AND \(condition)
                """, arguments: arguments
        ).map {
            UnfinishedRun(
                id: $0["id"], conversation: $0["conversation_id"], message: $0["message_id"], owner: $0["user_id"])
        }
    }
}

extension Database {
    /// Adds a message, shows its branch, and names the conversation after it when it is the user's first.
    func append(_ message: Message, to conversation: Conversation, at now: Timestamp) throws -> MessageID {
        if message.content.utf8.count > Message.mostBytes { throw ChatError.tooLarge }
        let id = try insert(message, owner: conversation.owner)
        try moveHead(of: conversation.id, to: id, at: now)
        if message.role == .user { try titleIfUntitled(conversation) }
        return id
    }

    fileprivate func save(_ answer: AnswerSoFar, in message: MessageID) throws {
        try execute(
            sql: "UPDATE messages SET content = ?, reasoning = ?, tools = ?, usage = ? WHERE id = ?",
            arguments: [
                Data(answer.content.utf8), Data(answer.reasoning.utf8), try MessageJSON.encode(answer.tools),
                try MessageJSON.encode(answer.usage), message,
            ])
    }

    /// Ends the run and its message, whose text is `content`, and lets it be found.
    fileprivate func end(
        _ run: UnfinishedRun, as status: Run.Status, _ content: String, failure: MessageFailure?, at now: Timestamp
    ) throws {
        guard let messageStatus = Message.Status(rawValue: status.rawValue), status.isOver else {
            throw DatabaseError(message: "a run cannot end as \(status.rawValue)")
        }
        var (role, text) = (Message.Role.assistant, content)
        if status == .failed, content.isEmpty, let failure { (role, text) = (.error, failure.message) }
        try execute(
            sql: "UPDATE runs SET status = ?, ended_at = ? WHERE id = ?",
            arguments: [status.rawValue, now.milliseconds, run.id])
        try execute(
            sql: "UPDATE messages SET status = ?, ended_at = ?, role = ?, content = ?, failure = ? WHERE id = ?",
            arguments: [
                messageStatus.rawValue, now.milliseconds, role.rawValue, Data(text.utf8),
                try MessageJSON.encode(failure), run.message,
            ])
        try execute(
            sql: "UPDATE conversations SET updated_at = max(updated_at, ?) WHERE id = ?",
            arguments: [now.milliseconds, run.conversation])
        try SearchIndex.add(.message(run.message), owner: run.owner, text, to: self)
    }
}
