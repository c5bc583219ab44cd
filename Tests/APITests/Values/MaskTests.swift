import API
import Spec
import Testing

@Suite struct MaskTests {
    @Test(
        arguments: [
            ("", "••••••••"), ("short", "••••••••"), ("elevenchars", "••••••••"), ("twelve chars", "••••••••hars"),
            ("nineteen characters", "••••••••ters"), ("sk-proj-0123456789abcdef", "sk-••••••••cdef"),
        ])
    func oneKnowsOnesOwnValueAgain(value: String, mask: String) {
        #expect(Mask.own(Secret(value)) == mask)
    }

    @Test func aMaskNeverShowsHalfOfAValue() {
        for length in 1...200 {
            let value = String((0..<length).map { _ in Character(UnicodeScalar(UInt8.random(in: 97...122))) })
            let shown = Mask.own(Secret(value)).filter { $0 != "•" }
            #expect(shown.count * 2 < length)
            #expect(length >= 12 || shown.isEmpty)
        }
    }

    @Test func somebodyElsesValueShowsNothing() {
        for source in ValueSource.allCases where source != .unset {
            let mask = Mask.effective(EffectiveValue(source: source, value: Secret("sk-proj-0123456789abcdef")))
            let isOwn = [.backend, .global].contains(source)
            #expect(mask == (isOwn ? "sk-••••••••cdef" : "••••••••"))
        }
        #expect(Mask.effective(EffectiveValue(source: .unset, value: nil)) == "")
    }
}
