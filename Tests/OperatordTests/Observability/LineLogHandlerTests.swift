import Logging
import Spec
import Testing

@testable import operatord

@Suite struct LineLogHandlerTests {
    private func line(_ message: String, _ fields: [(String, String)], _ format: LineLogHandler.Format) -> String {
        LineLogHandler.line(
            at: Timestamp(milliseconds: 1_700_000_000_123), level: .info, label: "test", message: message,
            fields: fields,
            format: format
        )
    }

    @Test func textIsTimeLevelMessageAndPairs() {
        #expect(
            line("runner ready", [("runner", "alice/demo"), ("cause", "no container")], .text)
                == "2023-11-14T22:13:20.123Z info    runner ready runner=alice/demo cause=\"no container\""
        )
    }

    @Test func jsonIsOneObject() {
        #expect(
            line("a \"b\"", [("k", "v\u{1}")], .json)
                == #"{"time":"2023-11-14T22:13:20.123Z","level":"info","logger":"test","message":"a \"b\"","k":"v\u0001"}"#
        )
    }

    @Test(arguments: LineLogHandler.Format.allCases) func aLineBreakCannotForgeARecord(_ format: LineLogHandler.Format)
    {
        #expect(!line("a\nb", [("k", "c\r\nd")], format).contains { $0.isNewline })
    }
}
