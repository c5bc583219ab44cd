import Spec
import Store
import Testing

/// Random histories of one conversation, checked after each step against a model that is a dictionary.
@Suite struct TreeHistoryTests {
    @Test(arguments: (0..<6).map { _ in UInt64.random(in: 1...1_000_000) })
    func theTreeIsWhatTheModelSays(seed: UInt64) async throws {
        let chat = try await ChatFixture()
        let id = try await chat.conversation()
        var random = SmallGenerator(state: seed)
        var model = TreeModel()
        for step in 0..<120 {
            let place: Comment = "seed \(seed), step \(step)"
            let chosen = model.messages.keys.sorted().randomElement(using: &random)
            switch (Int.random(in: 0..<10, using: &random), chosen) {
            case (0..<3, _), (_, nil):
                let new = try await chat.post("\(step)", in: id)
                model.add(new, below: model.head, "\(step)")
            case (3, let parent?):
                let new = try await chat.post("\(step)", in: id, below: parent)
                model.add(new, below: parent, "\(step)")
            case (4..<6, let message?):
                let new = try await chat.store.editMessage(message, of: id, content: "\(step)", owner: chat.owner).id
                model.add(new, below: model.messages[message]?.parent, "\(step)")
            case (6, let message?):
                let parent = model.messages[message]?.parent
                let begun = try? await chat.store.beginRun(
                    NewRun(conversation: id, input: .say("q\(step)", parent: message)), owner: chat.owner)
                let run = try #require(begun, place)
                let question = try #require(run.question, place)
                model.add(question.id, below: message, "q\(step)")
                model.add(run.answer.id, below: question.id, "a\(step)")
                _ = try await chat.store.endRun(
                    run.run.id, as: .complete, AnswerSoFar(content: "a\(step)"), failure: nil)
                let again = try await chat.store.beginRun(
                    NewRun(conversation: id, input: .regenerate(run.answer.id)), owner: chat.owner)
                model.add(again.answer.id, below: question.id, "b\(step)")
                _ = try await chat.store.endRun(
                    again.run.id, as: .stopped, AnswerSoFar(content: "b\(step)"), failure: nil)
                #expect(model.messages[message]?.parent == parent, place)
            case (7, let message?):
                _ = try await chat.store.editConversation(id, ConversationEdit(head: message), owner: chat.owner)
                model.show(message)
            case (_, let message?):
                try await chat.store.deleteMessage(message, of: id, owner: chat.owner)
                model.delete(message)
            }
            let conversation = try await chat.store.conversation(id, owner: chat.owner)
            try #require(conversation.head == model.head, place)
            try #require(conversation.messageCount == model.messages.count, place)
            try #require(try await chat.shown(id).map(\.id) == model.shown, place)
            let all = try await chat.all(id)
            try #require(all.map(\.id) == model.messages.keys.sorted(), place)
            for message in all {
                try #require(message.content == model.messages[message.id]?.text, place)
                try #require(message.siblings == model.siblings(of: message.id), place)
            }
        }
        // What can be found is what is there.
        for (message, entry) in model.messages {
            let found = try await chat.find("\"\(entry.text)\"").map(\.message)
            #expect(found.contains(message), "seed \(seed)")
        }
        try await chat.store.deleteConversation(id, owner: chat.owner)
    }
}

private struct TreeModel {
    var messages: [MessageID: (parent: MessageID?, text: String)] = [:]
    var head: MessageID?

    var shown: [MessageID] {
        var path: [MessageID] = []
        var next = head
        while let id = next {
            path.insert(id, at: 0)
            next = messages[id]?.parent
        }
        return path
    }

    func siblings(of id: MessageID) -> [MessageID] {
        messages.filter { $0.value.parent == messages[id]?.parent }.keys.sorted()
    }

    mutating func add(_ id: MessageID, below parent: MessageID?, _ text: String) {
        messages[id] = (parent, text)
        head = id
    }

    mutating func show(_ id: MessageID?) {
        guard let id else { return head = messages.keys.max() }
        head = messages.keys.filter { leaf in
            var next: MessageID? = leaf
            while let place = next, place != id { next = messages[place]?.parent }
            return next == id
        }.max()
    }

    mutating func delete(_ id: MessageID) {
        let parent = messages.removeValue(forKey: id)?.parent
        for (child, entry) in messages where entry.parent == id { messages[child] = (parent, entry.text) }
        if head == id { show(parent) }
    }
}

/// A generator whose sequence follows from its state.
struct SmallGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
