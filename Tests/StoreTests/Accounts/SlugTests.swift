import Testing

@testable import Store

@Suite struct SlugTests {
    private func choose(name: String, emailLocalPart: String = "x", taken: Set<String> = []) -> String {
        Slug.choose(name: name, emailLocalPart: emailLocalPart) { taken.contains($0) }
    }

    @Test(arguments: [
        ("Alice", "alice"), ("Jürgen Müller", "jurgen-muller"), ("Łukasz Żółć", "lukasz-zolc"), ("Straße", "strasse"),
        ("Александр", "aleksandr"), ("山田 太郎", "shan-tian-tai-lang"), ("../../etc", "etc"), ("--a__b--", "a-b"),
        ("1️⃣ one", "1-one"), ("😀", ""), ("", ""),
        (String(repeating: "ab ", count: 30), "ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-a"),
    ])
    func anyNameBecomesAPlainWord(name: String, slug: String) { #expect(Slug.plain(name) == slug) }

    @Test func theEmailAddressStandsInForANameWithoutLetters() {
        #expect(choose(name: "😀", emailLocalPart: "smile") == "smile")
        #expect(choose(name: "😀", emailLocalPart: "+") == "user")
    }

    @Test func aReservedWordGetsANumber() {
        #expect(choose(name: "Shared") == "shared-2")
    }

    @Test func aTakenSlugGetsTheNextFreeNumberWithinTheLength() {
        let long = String(repeating: "a", count: 60)
        let taken: Set = [String(repeating: "a", count: 40), String(repeating: "a", count: 38) + "-2"]
        #expect(choose(name: long, taken: taken) == String(repeating: "a", count: 38) + "-3")
    }
}
