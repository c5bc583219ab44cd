/// Blots known secrets out of text that somebody else wrote, such as a container's log.
///
/// Finds a value as it is, each line of one that has several, and the way JSON writes it. A value cut short or encoded
/// otherwise is not found.
package struct Redactor: Sendable {
    /// Shorter texts are left: they are found everywhere and protect nothing.
    package static let shortest = 4

    private static let blot = Secret("").description

    /// Longest first, so that a value that contains another is blotted out whole.
    private let forms: [String]

    package init(_ secrets: some Sequence<Secret>) {
        let texts = secrets.flatMap { secret -> [String] in
            let lines = secret.reveal().split(whereSeparator: \.isNewline).map(String.init)
            return lines + lines.map(\.asInsideJSON)
        }
        forms = Set(texts.filter { $0.unicodeScalars.count >= Self.shortest }).sorted {
            ($1.utf8.count, $0) < ($0.utf8.count, $1)
        }
    }

    package func redact(_ text: String) -> String {
        forms.reduce(text) { text, form in text.replacing(form, with: Self.blot) }
    }
}

extension String {
    /// As a JSON string holds it, without the quotes.
    fileprivate var asInsideJSON: String {
        reduce(into: "") { text, character in
            switch character {
            case "\"", "\\": text += "\\\(character)"
            case "\t": text += "\\t"
            default: text.append(character)
            }
        }
    }
}
