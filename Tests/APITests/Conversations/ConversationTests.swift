import API
import Foundation
import HTTPTypes
import Spec
import Testing

@Suite struct ConversationTests {
    private let world: StoredWorld

    init() throws { world = try StoredWorld() }

    @Test func aNewConversationIsAnsweredWhole() async throws {
        try await world.run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.post("/api/conversations", #"{"backend":"demo"}"#)
            #expect(reply.status == 200)
            let fields = try #require(reply["conversation"] as? [String: Any])
            #expect(
                Set(fields.keys) == [
                    "id", "seq", "backend", "model", "title", "pinned", "head", "created_at", "updated_at",
                    "message_count", "active_run",
                ])
            #expect(fields["backend"] as? String == "demo")
            #expect(fields["model"] as? String == "demo")
            #expect(fields["title"] as? String == "")
            #expect(fields["seq"] as? Int == 1)
            #expect(fields["message_count"] as? Int == 0)
            #expect(fields["head"] is NSNull)
            #expect(fields["active_run"] is NSNull)
            #expect(fields["created_at"] as? Int == 1_800_000_000)
        }
    }

    @Test(arguments: [
        (#"{"backend":"nowhere"}"#, 404, "backend_not_found"),
        (#"{"model":"demo"}"#, 422, "invalid_request"),
        (#"{"backend":"demo","model":""}"#, 400, "invalid_request"),
        (#"{"backend":"demo","title":7}"#, 422, "invalid_request"),
    ])
    func whatCannotBeCreatedIsRefused(body: String, status: Int, code: String) async throws {
        try await world.run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.post("/api/conversations", body)
            #expect(reply.status == status)
            #expect(reply.code == code)
        }
    }

    @Test func everythingNeedsASession() async throws {
        try await world.run { browser async throws in
            #expect(try await browser.get("/api/conversations").status == 401)
            #expect(try await browser.get("/api/conversations/1").status == 401)
            #expect(try await browser.get("/api/conversations/search?q=a").status == 401)
            #expect(try await browser.get("/api/conversations/export").status == 401)
            #expect(try await browser.post("/api/conversations", #"{"backend":"demo"}"#).status == 401)
        }
    }

    /// Every route on something of another user, on nothing, and on what is no number: one and the same answer.
    @Test(arguments: [
        (HTTPRequest.Method.get, "/api/conversations/ID", ""),
        (.patch, "/api/conversations/ID", #"{"title":"mine"}"#),
        (.delete, "/api/conversations/ID", ""),
        (.get, "/api/conversations/ID/export", ""),
        (.post, "/api/conversations/ID/messages", #"{"role":"user","content":"x"}"#),
        (.post, "/api/conversations/ID/messages/1/edit", #"{"content":"x"}"#),
        (.delete, "/api/conversations/ID/messages/1", ""),
    ])
    func whatIsSomebodyElsesIsNotThere(method: HTTPRequest.Method, path: String, body: String) async throws {
        try await world.run { browser async throws in
            try await browser.signUp("bob")
            try await browser.post("/api/conversations", #"{"backend":"demo"}"#)
            try await browser.post("/api/conversations/1/messages", #"{"role":"user","content":"secret"}"#)
            browser.token = nil
            try await browser.signUp("alice")
            var answers: Set<String> = []
            for id in ["1", "77", "x", "-1", "99999999999999999999"] {
                let reply = try await browser.send(
                    method, path.replacing("ID", with: id), body, headers: [.requestID: "same"])
                #expect(reply.status == 404, "\(id)")
                answers.insert(reply.text)
            }
            #expect(answers.count == 1)
        }
    }

    @Test func theListTakesFiltersAndPages() async throws {
        try await world.run { browser async throws in
            try await browser.signUp()
            for backend in ["demo", "slow", "demo"] {
                try await browser.post("/api/conversations", #"{"backend":"\#(backend)"}"#)
            }
            try await browser.send(.patch, "/api/conversations/1", #"{"pinned":true}"#)
            func ids(_ query: String) async throws -> [Int] {
                let list = try await browser.get("/api/conversations" + query)["conversations"] as? [[String: Any]]
                return try #require(list).compactMap { $0["id"] as? Int }
            }
            #expect(try await ids("") == [3, 2, 1])
            #expect(try await ids("?backend=demo") == [3, 1])
            #expect(try await ids("?backend=demo&seq=2") == [3])
            #expect(try await ids("?pinned=true") == [1])
            #expect(try await ids("?pinned=false") == [3, 2])
            let first = try await browser.get("/api/conversations?limit=2")
            let next = try #require(first["next"] as? String)
            #expect(try await ids("?limit=2&before=\(next)") == [1])
            #expect(try await browser.get("/api/conversations?before=\(next)")["next"] is NSNull)
        }
    }

    @Test(arguments: ["limit=0", "limit=1001", "limit=x", "before=7", "before=x.y", "seq=x", "pinned=maybe"])
    func aQueryThatCannotBeReadIsRefusedByName(query: String) async throws {
        try await world.run { browser async throws in
            try await browser.signUp()
            let reply = try await browser.get("/api/conversations?\(query)")
            #expect(reply.status == 400)
            let name = try #require(query.split(separator: "=").first)
            #expect((reply["detail"] as? String)?.hasPrefix(name) == true)
        }
    }

    @Test func aPatchChangesWhatItNames() async throws {
        try await world.run { browser async throws in
            try await browser.signUp()
            try await browser.post(
                "/api/conversations", #"{"backend":"demo","model":"parrot","title":" A  \n b\u0000 "}"#)
            func patch(_ body: String) async throws -> Reply {
                try await browser.send(.patch, "/api/conversations/1", body)
            }
            let untouched = try await patch("{}")
            #expect(untouched["conversation.title"] as? String == "A b")
            #expect(untouched["conversation.model"] as? String == "parrot")
            #expect(try await patch(#"{"title":"Plans 🎉"}"#)["conversation.title"] as? String == "Plans 🎉")
            #expect(try await patch(#"{"pinned":true}"#)["conversation.pinned"] as? Bool == true)
            let last = try await patch(#"{"model":"demo/echo"}"#)
            #expect(last["conversation.model"] as? String == "demo/echo")
            #expect(last["conversation.title"] as? String == "Plans 🎉")
            #expect(last["conversation.pinned"] as? Bool == true)
            #expect(try await patch(#"{"head":9}"#).status == 404)
            #expect(try await patch(#"{"title":"\#(String(repeating: "x", count: 501))"}"#).status == 400)
        }
    }

    @Test func deletingAnswersOk() async throws {
        try await world.run { browser async throws in
            try await browser.signUp()
            try await browser.post("/api/conversations", #"{"backend":"demo"}"#)
            let reply = try await browser.send(.delete, "/api/conversations/1")
            #expect(reply.status == 200)
            #expect(reply["ok"] as? Bool == true)
            #expect(try await browser.get("/api/conversations/1").status == 404)
            let next = try await browser.post("/api/conversations", #"{"backend":"demo"}"#)
            #expect(next["conversation.seq"] as? Int == 2)
        }
    }
}
