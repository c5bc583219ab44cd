import Foundation

/// How an account gets the name of its folder and containers: 1 to 40 characters of `a-z 0-9 -`.
enum Slug {
    static let maximumLength = 40

    /// Words that would read as something else in a path, a command or a container's name.
    private static let reserved: Set = ["all", "api", "global", "me", "new", "none", "operatord", "shared", "system"]

    /// The first free of `jane-doe`, `jane-doe-2`, `jane-doe-3`, …, made from the name, else from the e-mail address.
    static func choose(
        name: String, emailLocalPart: some StringProtocol, isTaken: (String) throws -> Bool
    ) rethrows -> String {
        let base = [plain(name), plain(String(emailLocalPart))].first { !$0.isEmpty } ?? "user"
        if !reserved.contains(base), try !isTaken(base) { return base }
        var number = 2
        while true {
            let suffix = "-\(number)"
            let candidate = trimmed(base.prefix(maximumLength - suffix.utf8.count)) + suffix
            if try !isTaken(candidate) { return candidate }
            number += 1
        }
    }

    /// Whether it may be an account's slug as it is.
    static func isValid(_ text: String) -> Bool {
        (1...maximumLength).contains(text.utf8.count) && !reserved.contains(text) && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || byte == UInt8(ascii: "-")
            }
    }

    /// Letters of any script in their nearest Latin form, everything else as single hyphens; may be empty.
    static func plain(_ text: String) -> String {
        let latin = text.applyingTransform(StringTransform("Any-Latin; Latin-ASCII; Lower()"), reverse: false) ?? text
        let words = latin.unicodeScalars.split { !("a"..."z").contains($0) && !("0"..."9").contains($0) }
        return trimmed(words.map(String.init).joined(separator: "-").prefix(maximumLength))
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.reversed().drop { $0 == "-" }.reversed())
    }
}
