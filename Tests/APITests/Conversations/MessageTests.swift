import Foundation
import HTTPTypes
import Spec
import Testing

@Suite struct MessageTests {
    private let world: StoredWorld

    init() throws { world = try StoredWorld() }

    /// Runs `body` with one conversation, whose id is 1.
    private func run(_ body: @Sendable (Browser) async throws -> Void) async throws {
        try await world.run { browser async throws in
            try await browser.signUp()
            try await browser.post("/api/conversations", #"{"backend":"demo"}"#)
            try await body(browser)
        }
    }

    @Test func aMessageIsAnsweredWhole() async throws {
        try await run { browser async throws in
            let reply = try await browser.post(
                "/api/conversations/1/messages", #"{"role":"user","content":"Hi 👩‍👩‍👧\u0000!"}"#)
            #expect(reply.status == 200)
            let fields = try #require(reply["message"] as? [String: Any])
            #expect(
                Set(fields.keys) == [
                    "id", "conversation_id", "parent_id", "role", "content", "images", "reasoning", "tools", "status",
                    "error",
                    "usage", "model", "run_id", "request_id", "created_at", "ended_at", "duration_ms", "siblings",
                ])
            #expect(fields["content"] as? String == "Hi 👩‍👩‍👧\u{0}!")
            #expect(fields["role"] as? String == "user")
            #expect(fields["status"] as? String == "complete")
            #expect(fields["siblings"] as? [Int] == [1])
            #expect(fields["parent_id"] is NSNull)
            let shown = try await browser.get("/api/conversations/1")
            #expect(shown["messages.0.content"] as? String == "Hi 👩‍👩‍👧\u{0}!")
            #expect(shown["conversation.title"] as? String == "Hi 👩‍👩‍👧 !")
            #expect(shown["conversation.message_count"] as? Int == 1)
        }
    }

    @Test(arguments: ["user", "assistant", "system", "error"])
    func everyRoleCanBePosted(role: String) async throws {
        try await run { browser async throws in
            let reply = try await browser.post(
                "/api/conversations/1/messages", #"{"role":"\#(role)","content":"x"}"#)
            #expect(reply["message.role"] as? String == role)
        }
    }

    @Test(arguments: [
        (#"{"role":"robot","content":"x"}"#, 422), (#"{"role":"user"}"#, 422), (#"{"content":"x"}"#, 422),
        (#"{"role":"user","content":7}"#, 422), (#"{"role":"user","content":"x","parent_id":99}"#, 404),
        (#"{"role":"user","content":"\ud800"}"#, 400), (#"{"role":"user","content":"\udc00 x"}"#, 400),
        (#"{"role":"user","content":"#, 400), ("[]", 400),
    ])
    func whatIsNoMessageIsRefused(body: String, status: Int) async throws {
        try await run { browser async throws in
            let reply = try await browser.post("/api/conversations/1/messages", body)
            #expect(reply.status == status)
            #expect(try await browser.get("/api/conversations/1")["conversation.message_count"] as? Int == 0)
        }
    }

    @Test func aMessageHasAtMostOneMebibyteHoweverItIsWritten() async throws {
        try await run { browser async throws in
            let most = String(repeating: "x", count: Message.mostBytes)
            func post(_ content: String) async throws -> Reply {
                try await browser.post(
                    "/api/conversations/1/messages", #"{"role":"user","content":"\#(content)"}"#)
            }
            #expect(try await post(most).status == 200)
            let over = try await post(most + "x")
            #expect(over.status == 413)
            #expect(over.code == "message_too_large")
            let escaped = String(repeating: "\\u0041", count: Message.mostBytes)
            #expect(try await post(escaped).status == 200)
            #expect(try await post(escaped + "\\u0041").status == 413)
            #expect(try await post(escaped + escaped).code == "body_too_large")
        }
    }

    @Test func anEditMovesToASiblingAndBack() async throws {
        try await run { browser async throws in
            try await browser.post("/api/conversations/1/messages", #"{"role":"user","content":"one"}"#)
            try await browser.post("/api/conversations/1/messages", #"{"role":"assistant","content":"1"}"#)
            let edited = try await browser.post("/api/conversations/1/messages/1/edit", #"{"content":"uno"}"#)
            #expect(edited["message.siblings"] as? [Int] == [1, 3])
            #expect(edited["message.role"] as? String == "user")
            func shown(_ query: String = "") async throws -> [String] {
                let list = try await browser.get("/api/conversations/1\(query)")["messages"] as? [[String: Any]]
                return try #require(list).compactMap { $0["content"] as? String }
            }
            #expect(try await shown() == ["uno"])
            #expect(try await shown("?branch=all") == ["one", "1", "uno"])
            try await browser.send(.patch, "/api/conversations/1", #"{"head":1}"#)
            #expect(try await shown() == ["one", "1"])
            #expect(try await browser.get("/api/conversations/1?branch=half").status == 400)
        }
    }

    @Test func deletingAMessageMovesItsChildrenUp() async throws {
        try await run { browser async throws in
            for text in ["one", "two", "three"] {
                try await browser.post("/api/conversations/1/messages", #"{"role":"user","content":"\#(text)"}"#)
            }
            let reply = try await browser.send(.delete, "/api/conversations/1/messages/2")
            #expect(reply["ok"] as? Bool == true)
            let shown = try await browser.get("/api/conversations/1")
            #expect(shown["messages.0.content"] as? String == "one")
            #expect(shown["messages.1.content"] as? String == "three")
            #expect(shown["messages.1.parent_id"] as? Int == 1)
            #expect(shown["conversation.message_count"] as? Int == 2)
            #expect(try await browser.send(.delete, "/api/conversations/1/messages/2").status == 404)
        }
    }

    @Test func pagesGoFromTheNewestToTheOldest() async throws {
        try await run { browser async throws in
            for number in 1...5 {
                try await browser.post("/api/conversations/1/messages", #"{"role":"user","content":"\#(number)"}"#)
            }
            for branch in ["shown", "all"] {
                let newest = try await browser.get("/api/conversations/1?limit=2&branch=\(branch)")
                #expect(newest["messages.0.id"] as? Int == 4)
                #expect(newest["messages.1.id"] as? Int == 5)
                #expect(newest["next"] as? Int == 4)
                let oldest = try await browser.get("/api/conversations/1?limit=3&before=4&branch=\(branch)")
                #expect((oldest["messages"] as? [Any])?.count == 3)
                #expect(oldest["next"] is NSNull)
            }
        }
    }
}
