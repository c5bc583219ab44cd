import Testing

@testable import Spec

@Suite struct RedactorTests {
    private func redact(_ text: String, _ secrets: String...) -> String {
        Redactor(secrets.map(Secret.init)).redact(text)
    }

    @Test func eachOccurrenceIsBlottedOut() {
        #expect(redact("key=sk-123456 again sk-123456.", "sk-123456") == "key=••• again •••.")
    }

    @Test func aValueThatHoldsAnotherIsBlottedOutWhole() {
        #expect(redact("Bearer sk-123456-long", "sk-123456", "sk-123456-long") == "Bearer •••")
    }

    @Test func eachLineOfAValueIsFound() {
        #expect(redact("first-line", "first-line\nsecond-line") == "•••")
        #expect(redact("then second-line", "first-line\nsecond-line") == "then •••")
    }

    @Test func theJSONFormIsFound() {
        #expect(redact(#"{"key":"a\"quote\\d"}"#, #"a"quote\d"#) == #"{"key":"•••"}"#)
    }

    @Test func textsThatProtectNothingAreLeft() {
        #expect(redact("a1 is fine", "a1", "") == "a1 is fine")
    }
}
