import NIOCore
import Spec
import Testing

@testable import API

struct BodyRewriterTests {
    private func rewrite(
        _ text: String, forwards: Bool = false, field: String? = nil, history: HistoryMode = .full, model: String? = nil
    ) throws -> String {
        let backend = BackendSpec(
            name: "b", image: "b", internalPort: 1, sessionField: field, history: history,
            forwardModelEnv: forwards ? "LLM_MODEL" : nil)
        let rewriter = try #require(BodyRewriter(backend))
        var body = ByteBuffer(string: "junk" + text)
        body.moveReaderIndex(forwardBy: 4)
        return String(buffer: try rewriter.rewrite(body, model: model, session: "s"))
    }

    @Test func aBackendWithoutWishesGetsTheBodyAsItCame() {
        #expect(BodyRewriter(BackendSpec(name: "b", image: "b", internalPort: 1)) == nil)
    }

    @Test(arguments: [
        (
            #"{ "model" : "b","x":{"model":"kept"}, "y" : 1.0 }"#,
            #"{ "model" : "gpt \"5\"\n","x":{"model":"kept"}, "y" : 1.0 }"#
        ),
        (#"{"a":"ü","mod\u0065l":"a much longer name"}"#, #"{"a":"ü","mod\u0065l":"gpt \"5\"\n"}"#),
    ])
    func onlyTheModelsValueChanges(body: String, expected: String) throws {
        #expect(try rewrite(body, forwards: true, model: "gpt \"5\"\n") == expected)
        #expect(try rewrite(body, forwards: true, model: nil) == body)
    }

    @Test(arguments: [
        (#"{"model":"b"}"#, #"{"session_id":"s","model":"b"}"#),
        (#" { "model":"b","session_id":"other" }"#, #" { "model":"b","session_id":"s" }"#),
    ])
    func theSessionFieldIsSet(body: String, expected: String) throws {
        #expect(try rewrite(body, field: "session_id") == expected)
    }

    @Test(arguments: [
        (
            #"[{"role":"system","content":"x"},{"role":"user","content":"a"},{"content":"b","role":"user"},{"role":"assistant"}]"#,
            #"[{"content":"b","role":"user"}]"#
        ),
        (
            #"[ {"role":"us\u0065r","content":[{"role":"assistant"}]} ]"#,
            #"[{"role":"us\u0065r","content":[{"role":"assistant"}]}]"#
        ),
        (#"[{"role":"assistant"}]"#, #"[{"role":"assistant"}]"#),
        (#"[]"#, #"[]"#),
        (#"[1,"user",null]"#, #"[1,"user",null]"#),
        (#""text""#, #""text""#),
    ])
    func onlyTheLastUserMessageStays(messages: String, expected: String) throws {
        #expect(
            try rewrite(#"{"messages":\#(messages),"model":"b"}"#, history: .last)
                == #"{"messages":\#(expected),"model":"b"}"#)
    }

    @Test func membersThatAreChangedMustNotOccurTwice() throws {
        #expect(throws: JSONProblem.duplicate("session_id")) {
            try rewrite(#"{"model":"b","session_id":1,"session_id":2}"#, field: "session_id")
        }
        #expect(throws: JSONProblem.duplicate("messages")) {
            try rewrite(#"{"model":"b","messages":[],"messages":[]}"#, history: .last)
        }
    }
}
