import NIOCore
import NIOHTTP1
import Spec
import Testing

@testable import API

@Suite struct AnswerReaderTests {
    fileprivate static let now = Timestamp(milliseconds: 1_800_000_000_000)

    // MARK: What is read

    @Test func textComesInPiecesWhoseOffsetsCountUTF16Units() {
        let read = Reading(chunk(#"{"role":"assistant","content":""}"#), chunk(#"{"content":"Grüße 😀"}"#))
            .then(chunk(#"{"content":"!"}"#), finish("stop"), "data: [DONE]\n\n")
        #expect(read.answer.content == "Grüße 😀!")
        #expect(read.deltas == [.content(offset: 0, "Grüße 😀"), .content(offset: 8, "!")])
        #expect(read.end == .complete)
    }

    @Test func piecesThatComeTogetherAreToldTogether() {
        let read = Reading(chunk(#"{"content":"a"}"#) + chunk(#"{"content":"b"}"#) + chunk(#"{"reasoning":"c"}"#))
        #expect(read.deltas == [.content(offset: 0, "ab"), .reasoning(offset: 0, "c")])
    }

    @Test(arguments: [
        #"{"reasoning_content":"why"}"#, #"{"reasoning":"why"}"#, #"{"reasoning":"why","reasoning_content":"why"}"#,
    ])
    func thinkingIsKeptApartUnderEitherName(delta: String) {
        let read = Reading(chunk(delta))
        #expect(read.answer.reasoning == "why")
        #expect(read.answer.content.isEmpty)
        #expect(read.deltas == [.reasoning(offset: 0, "why")])
    }

    @Test func contentMayBeAListOfParts() {
        let read = Reading(
            chunk(#"{"content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]}"#))
        #expect(read.answer.content == "ab")
    }

    @Test func usageIsKeptWithItsOwnChunkOrWithTheLastOne() {
        let own = Reading(
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}\n\n")
        #expect(own.answer.usage == TokenUsage(prompt: 3, completion: 4, total: 7))
        let partial = Reading("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n")
        #expect(partial.answer.usage?.total == 7)
        #expect(Reading("data: {\"choices\":[],\"usage\":null}\n\n").answer.usage == nil)
    }

    @Test func membersOfUnexpectedTypesAreTakenAsAbsent() {
        let read = Reading(
            "data: {\"choices\":[{\"index\":\"0\",\"delta\":{\"content\":\"a\",\"tool_calls\":7},\"finish_reason\":false}],\"usage\":[]}\n\n"
        )
        #expect(read.answer.content == "a")
        #expect(read.end == nil)
    }

    @Test func otherChoicesOtherEventsAndEmptyDataAreLeftOut() {
        let read = Reading(
            "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"}}]}\n\n", "event: ping\ndata: {}\n\n",
            "data:\n\n", chunk(#"{"content":"yes"}"#))
        #expect(read.answer.content == "yes")
        #expect(read.end == nil)
    }

    @Test func oneJSONObjectIsAnAnswerToo() {
        let read = Reading(
            #"{"choices":[{"message":{"role":"assistant","content":"whole","reasoning_content":"r"},"finish_reason":"stop"}],"#,
            #""usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
            head: AnswerHead(status: 200, isEventStream: false)
        ).ended()
        #expect(read.answer.content == "whole")
        #expect(read.answer.reasoning == "r")
        #expect(read.answer.usage?.total == 3)
        #expect(read.deltas == [.reasoning(offset: 0, "r"), .content(offset: 0, "whole")])
        #expect(read.end == .complete)
    }

    // MARK: Tools

    @Test func aToolCallComesInPiecesAndIsDoneWhenTheTextGoesOn() throws {
        let read = Reading(
            chunk(#"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"ls","arguments":""}}]}"#),
            chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}"#),
            chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#),
            chunk(#"{"content":"done"}"#))
        let call = try #require(read.answer.tools.first)
        #expect(
            call
                == ToolCall(
                    id: "c1", name: "ls", arguments: #"{"a":1}"#, status: .done, startedAt: Self.now, endedAt: Self.now)
        )
        #expect(read.deltas.first == .tool(ToolCall(id: "c1", name: "ls", arguments: "", startedAt: Self.now)))
        #expect(read.deltas.suffix(2) == [.tool(call), .content(offset: 0, "done")])
    }

    @Test func longArgumentsInSmallPiecesAreToldOfRarely() throws {
        let pieces = (0..<1000).map { _ in chunk(#"{"tool_calls":[{"index":0,"function":{"arguments":"xxxxxxxxxx"}}]}"#)
        }
        let read = Reading([chunk(#"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"w"}}]}"#)] + pieces)
        #expect(read.answer.tools.first?.arguments.count == 10_000)
        #expect(read.deltas.count < 20)
    }

    @Test func hermesTellsOfItsToolsWithEventsOfItsOwn() {
        let read = Reading(
            "event: hermes.tool.progress\ndata: {\"tool\":\"terminal\",\"emoji\":\"x\",\"label\":\"ls -la\",\"toolCallId\":\"t1\",\"status\":\"running\"}\n\n",
            chunk(#"{"content":"text"}"#))
        #expect(read.answer.tools == [ToolCall(id: "t1", name: "terminal", arguments: "ls -la", startedAt: Self.now)])
        let done = read.then(
            "event: hermes.tool.progress\ndata: {\"tool\":\"terminal\",\"toolCallId\":\"t1\",\"status\":\"completed\"}\n\n"
        )
        #expect(done.answer.tools.map(\.status) == [.done])
        #expect(done.answer.tools.first?.arguments == "ls -la")
    }

    @Test func toolsWithoutAnIdOrAnEndAreNumberedAndDoneWhenTheTextGoesOn() {
        let read = Reading(
            "event: hermes.tool.progress\ndata: {\"tool\":\"a\"}\n\n",
            "event: hermes.tool.progress\ndata: {\"tool\":\"b\"}\n\n",
            chunk(#"{"content":"text"}"#))
        #expect(read.answer.tools.map(\.id) == ["tool-1", "tool-2"])
        #expect(read.answer.tools.allSatisfy { $0.status == .done })
    }

    @Test func whatStillRanWhenTheAnswerWasLeftHasFailed() {
        let read = Reading(chunk(#"{"tool_calls":[{"index":0,"id":"c1","function":{"name":"ls"}}]}"#)).abandoned()
        #expect(read.answer.tools.map(\.status) == [.failed])
        #expect(read.end == nil)
    }

    // MARK: Ends

    @Test func aFinishReasonIsEnoughOfAnEnd() {
        #expect(Reading(chunk(#"{"content":"a"}"#), finish("length")).ended().end == .complete)
    }

    @Test func theWordDoneIsEnoughOfAnEnd() {
        #expect(Reading(chunk(#"{"content":"a"}"#), "data: [DONE]\n\n").end == .complete)
    }

    @Test func aStreamThatJustEndsIsNoWholeAnswerAndItsTextIsKept() {
        let read = Reading(chunk(#"{"content":"half"}"#)).ended()
        #expect(read.end == .failed(.cutOff))
        #expect(read.answer.content == "half")
        #expect(Reading().ended().end == .failed(.empty))
    }

    @Test func nothingIsReadBehindTheEnd() {
        let read = Reading("data: [DONE]\n\n" + chunk(#"{"content":"late"}"#)).then(chunk(#"{"content":"later"}"#))
        #expect(read.answer.content.isEmpty)
    }

    @Test(arguments: [
        ("data: {\"error\":{\"message\":\"no money\",\"code\":402}}\n\n", 402, "upstream_error", "no money"),
        ("data: {\"error\":{\"message\":\"no\",\"type\":\"quota\"},\"choices\":[]}\n\n", 502, "quota", "no"),
        ("data: {\"error\":\"flat\"}\n\n", 502, "upstream_error", "flat"),
        ("event: error\ndata: {\"error\":{\"message\":\"framed\"}}\n\n", 502, "upstream_error", "framed"),
        ("event: error\ndata: bare\n\n", 502, "upstream_error", "bare"),
    ])
    func anErrorInTheStreamEndsItWithTheTextBeforeItKept(
        frame: String, status: Int, code: String, message: String
    ) {
        let read = Reading(chunk(#"{"content":"so far"}"#), frame)
        guard case .failed(let failure)? = read.end else { return #expect(Bool(false), "\(read.end as Any)") }
        #expect((failure.status, failure.code, failure.message) == (status, code, message))
        #expect(read.answer.content == "so far")
    }

    @Test func aTurnThatTheRuntimeSaysFailedHasFailedThoughItsStatusIs200() {
        #expect(Reading(chunk(#"{"content":"HTTP 401"}"#), finish("error")).ended().end == .failed(.unfinishedTurn))
        let headers = AnswerHead(
            status: 200, headers: ["content-type": "application/json", "x-hermes-completed": "False"],
            failureHeader: "X-Hermes-Completed")
        let read = Reading(#"{"choices":[{"message":{"content":"HTTP 401"}}]}"#, head: headers).ended()
        #expect(read.end == .failed(.unfinishedTurn))
        #expect(read.answer.content == "HTTP 401")
    }

    @Test func anErrorStatusBecomesAFailureWithItsReason() {
        let head = AnswerHead(
            status: 429, headers: ["content-type": "application/json", "retry-after": "7"], failureHeader: nil)
        let read = Reading(#"{"error":{"message":"slow down","code":"rate_limit"}}"#, head: head).ended()
        #expect(
            read.end
                == .failed(
                    AnswerFailure(
                        status: 429, code: "rate_limit", message: "The runner answered with status 429: slow down",
                        detail: #"{"error":{"message":"slow down","code":"rate_limit"}}"#, retryAfterSeconds: 7)))
        let plain = Reading("<html>bad", head: AnswerHead(status: 503)).ended()
        #expect(
            plain.end
                == .failed(
                    AnswerFailure(
                        status: 503, code: "upstream_error", message: "The runner answered with status 503.",
                        detail: "<html>bad")))
    }

    @Test func whatIsNoChatAnswerAtAllIsMalformed() {
        let read = Reading("<html>", head: AnswerHead(status: 200, isEventStream: false)).ended()
        #expect(read.end == .failed(.malformed(Array("<html>".utf8))))
    }

    @Test func tooMuchTextEndsTheAnswerWithWhatCameBefore() {
        var reader = AnswerReader(AnswerHead(status: 200), limits: AnswerLimits(textBytes: 10))
        _ = reader.read(ByteBuffer(string: chunk(#"{"content":"0123456789"}"#)), at: Self.now)
        #expect(reader.end == nil)
        _ = reader.read(ByteBuffer(string: chunk(#"{"content":"x"}"#)), at: Self.now)
        #expect(reader.end == .failed(.tooLarge))
        #expect(reader.answer.content == "0123456789x")
    }

    // MARK: Cuts

    /// The same answer and the same text told, wherever the network cuts the stream.
    @Test func howeverTheBytesAreCutTheAnswerIsTheSame() {
        let text =
            ": keepalive\r\n\r\n" + chunk(#"{"content":"Grüße "}"#) + chunk(#"{"reasoning_content":"é€"}"#)
            + "event: hermes.tool.progress\ndata: {\"tool\":\"t\",\"toolCallId\":\"1\"}\n\n"
            + chunk(#"{"content":"😀 \ud83d\ude00"}"#) + finish("stop")
            + "data: {\"choices\":[],\"usage\":{\"total_tokens\":5}}\n\ndata: [DONE]\n\n"
        let whole = Reading(text)
        #expect(whole.end == .complete)
        #expect(whole.answer.content == "Grüße 😀 😀")
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let read = Reading(parts: [Array(bytes[..<cut]), Array(bytes[cut...])])
            #expect(read.answer == whole.answer && read.end == whole.end && read.told == whole.told, "cut at \(cut)")
        }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            var (parts, rest): ([[UInt8]], ArraySlice<UInt8>) = ([], bytes[...])
            while !rest.isEmpty {
                let length = Int.random(in: 1...40, using: &generator)
                parts.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            let read = Reading(parts: parts)
            #expect(read.answer == whole.answer && read.told == whole.told)
        }
    }

    // MARK: Pieces of streams

    private func chunk(_ delta: String) -> String { "data: {\"choices\":[{\"index\":0,\"delta\":\(delta)}]}\n\n" }

    private func finish(_ reason: String) -> String {
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"\(reason)\"}]}\n\n"
    }

    /// A reader with what it told so far.
    private struct Reading {
        var reader: AnswerReader
        var deltas: [AnswerDelta] = []

        var answer: AnswerSoFar { reader.answer }
        var end: AnswerEnd? { reader.end }

        init(_ parts: String..., head: AnswerHead = AnswerHead(status: 200)) {
            self.init(parts: parts.map { Array($0.utf8) }, head: head)
        }

        init(_ parts: [String]) { self.init(parts: parts.map { Array($0.utf8) }) }

        init(parts: [[UInt8]], head: AnswerHead = AnswerHead(status: 200)) {
            reader = AnswerReader(head)
            for part in parts { deltas += reader.read(ByteBuffer(bytes: part), at: AnswerReaderTests.now) }
        }

        func then(_ parts: String...) -> Reading {
            var next = self
            for part in parts { next.deltas += next.reader.read(ByteBuffer(string: part), at: AnswerReaderTests.now) }
            return next
        }

        func ended() -> Reading {
            var next = self
            next.deltas += next.reader.finish(at: AnswerReaderTests.now)
            return next
        }

        func abandoned() -> Reading {
            var next = self
            next.deltas += next.reader.abandon(at: AnswerReaderTests.now)
            return next
        }

        /// The texts as a client puts them together, which checks each offset.
        var told: [String] {
            var (content, reasoning) = ("", "")
            for delta in deltas {
                switch delta {
                case .content(let offset, let text):
                    #expect(offset == content.utf16.count)
                    content += text
                case .reasoning(let offset, let text):
                    #expect(offset == reasoning.utf16.count)
                    reasoning += text
                case .tool: break
                }
            }
            return [content, reasoning]
        }
    }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
