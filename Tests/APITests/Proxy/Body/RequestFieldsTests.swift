import NIOCore
import Testing

@testable import API

struct RequestFieldsTests {
    private func read(_ text: String) throws -> RequestFields { try read(ByteBuffer(string: text)) }
    private func read(_ body: ByteBuffer) throws -> RequestFields { try RequestFields(body) }

    @Test(arguments: [
        (#"{"model":"m"}"#, "m", false, nil),
        (#" {"model" : "m" , "stream":true,"user":"u"} "#, "m", true, "u"),
        (#"{"messages":[{"model":"inner","stream":true}],"model":"m","stream":null,"user":null}"#, "m", false, nil),
        (#"{"mod\u0065l":"a\"\\\/\b\f\n\r\té","user":"","stream":false}"#, "a\"\\/\u{8}\u{C}\n\r\té", false, nil),
        (#"{"model":"\ud83d\ude00\ud83d","user":"用户"}"#, "😀\u{FFFD}", false, "用户"),
        (#"{"n":[0,-1.5e+10,1E5,0.1],"t":[true,false,null,{},[]],"model":"m"}"#, "m", false, nil),
    ])
    func readsWhatIsNeeded(text: String, model: String, streams: Bool, user: String?) throws {
        let fields = try read(text)
        #expect(fields.model == model)
        #expect(fields.streams == streams)
        #expect(fields.user == user)
    }

    @Test(arguments: [
        "", " ", "null", "[]", "\"model\"", "{", "{}}", #"{"model":"m"} x"#, #"{"model":"m",}"#, #"{"model" "m"}"#,
        #"{model:"m"}"#, #"{'model':'m'}"#, #"{"model":"m"}{"#, #"{"a":[1,],"model":"m"}"#, #"{"a":01,"model":"m"}"#,
        #"{"a":1.,"model":"m"}"#, #"{"a":.5,"model":"m"}"#, #"{"a":-,"model":"m"}"#, #"{"a":1e,"model":"m"}"#,
        #"{"a":+1,"model":"m"}"#, #"{"a":tru,"model":"m"}"#, #"{"a":nul"#, #"{"a":"\x","model":"m"}"#,
        #"{"a":"\u12g4","model":"m"}"#, #"{"a":"\u12"#, #"{"a":"b"#, "{\"a\":\"\n\",\"model\":\"m\"}",
        #"{"a":{"b":[}],"model":"m"}"#, #"{"a":NaN,"model":"m"}"#, #"{"a":1 2,"model":"m"}"#, #"// c\#n{"model":"m"}"#,
        "\u{FEFF}{\"model\":\"m\"}", #"{"a":"b\"#,
    ])
    func refusesWhatIsNotJSON(text: String) {
        let problem = #expect(throws: JSONProblem.self) { try read(text) }
        guard case .malformed? = problem else {
            Issue.record("\(String(describing: problem))")
            return
        }
    }

    @Test(arguments: [
        (#"{}"#, JSONProblem.missing("model")),
        (#"{"model":null}"#, .missing("model")),
        (#"{"model":""}"#, .missing("model")),
        (#"{"model":1}"#, .wrongType(member: "model", expected: "a string")),
        (#"{"model":"m","stream":"true"}"#, .wrongType(member: "stream", expected: "true or false")),
        (#"{"model":"m","user":{}}"#, .wrongType(member: "user", expected: "a string")),
        (#"{"model":"m","model":"n"}"#, .duplicate("model")),
        (#"{"stream":true,"model":"m","str\u0065am":false}"#, .duplicate("stream")),
    ])
    func saysWhatIsWrong(text: String, expected: JSONProblem) {
        #expect(throws: expected) { try read(text) }
    }

    @Test func refusesTextThatIsNotUTF8() {
        var body = ByteBuffer(string: #"{"model":""#)
        body.writeBytes([0xFF, 0xFE])
        body.writeString(#""}"#)
        #expect(throws: JSONProblem.malformed(at: 10)) { try read(body) }
    }

    @Test func nestsAsDeepAsAllowedAndNoDeeper() throws {
        func nested(_ depth: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + #","model":"m"}"#
        }
        #expect(try read(nested(JSONReader.deepest - 1)).model == "m")
        #expect(throws: JSONProblem.tooDeep) { try read(nested(JSONReader.deepest)) }
        #expect(throws: JSONProblem.tooDeep) { try read(nested(1_000_000)) }
    }

    @Test func readsFromTheReaderIndex() throws {
        var body = ByteBuffer(string: #"xxx{"model":"m"}"#)
        body.moveReaderIndex(forwardBy: 3)
        #expect(try read(body).model == "m")
    }
}
