import Testing

@testable import Spec

@Suite struct QuantityTests {
    @Test(
        arguments: [
            ("90", 90_000), ("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000), ("500ms", 500), ("1.5h", 5_400_000),
            ("7d", 604_800_000), ("0", 0), ("0.25", 250),
        ] as [(String, Int64)]) func durationsAreRead(text: String, milliseconds: Int64)
    {
        #expect(Quantity.duration(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "s", "-5s", "5x", "1e3", "0x10", "nan", "5 m", "1..5s", ".5s", "5m5", "٥s", "99999999999999999d",
    ])
    func whatIsNoDurationIsRefused(text: String) {
        #expect(Quantity.duration(text) == nil)
    }

    @Test(
        arguments: [
            ("1048576", 1_048_576), ("512m", 512 << 20), ("2GiB", 2 << 30), ("1.5g", 3 << 29), ("4kb", 4096),
            ("1T", 1 << 40),
        ] as [(String, Int64)]) func sizesAreRead(text: String, bytes: Int64)
    {
        #expect(Quantity.bytes(text) == bytes)
    }

    @Test(arguments: ["", "g", "-1g", "1 g", "1x", "1e9"]) func whatIsNoSizeIsRefused(text: String) {
        #expect(Quantity.bytes(text) == nil)
    }

    @Test func sharesAreNumbersOrPercentages() {
        #expect(["0", "0.5", "1", "50%", "100%"].map { Quantity.share($0) } == [0, 0.5, 1, 0.5, 1])
        #expect(["1.1", "101%", "-1", "%", "x"].allSatisfy { Quantity.share($0) == nil })
    }

    @Test func aSuggestionIsNearOrNotMade() {
        #expect(Suggestion.nearest(to: "datRoot", among: ["dataRoot", "hostRoot"]) == "dataRoot")
        #expect(Suggestion.nearest(to: "data_root", among: ["dataRoot", "hostRoot"]) == "dataRoot")
        #expect(Suggestion.nearest(to: "prot", among: ["port", "host"]) == "port")
        #expect(Suggestion.nearest(to: "zebra", among: ["dataRoot", "hostRoot"]) == nil)
    }
}
