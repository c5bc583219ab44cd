import Foundation

/// An e-mail address as accounts are known by: trimmed, lower case.
struct EmailAddress {
    let text: String

    /// nil unless it is `local@domain` of at most 254 bytes without spaces, control characters or a second `@`.
    /// Whether mail arrives there is not asked, so `admin@localhost` is one.
    init?(_ input: String) {
        let text = input.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.utf8.count <= 254,
            text.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.properties.generalCategory != .control })
        else { return nil }
        self.text = text
    }

    var localPart: Substring { text.prefix { $0 != "@" } }
}
