/// Titles of conversations.
package enum Title {
    /// Unicode scalars of a title that was taken from a message.
    private static let automaticLength = 60
    /// Unicode scalars of any title; more is cut.
    package static let mostScalars = 500

    /// The beginning of a message as one line: at most 60 Unicode scalars, never a part of a character as people see
    /// it.
    package static func automatic(from message: String) -> String {
        // Enough for any title, so that a message of a megabyte is not read whole.
        let line = oneLine(String(message.unicodeScalars.drop(while: \.properties.isWhitespace).prefix(mostScalars)))
        var (title, length) = ("", 0)
        for character in line {
            length += character.unicodeScalars.count
            if length > automaticLength { break }
            title.append(character)
        }
        // A first character that is longer than a title is cut.
        return title.isEmpty ? String(line.unicodeScalars.prefix(automaticLength)) : title
    }

    /// White space and control characters become single spaces; nothing at the ends.
    package static func oneLine(_ text: String) -> String {
        let words = text.unicodeScalars.prefix(mostScalars)
            .split { $0.properties.isWhitespace || $0.properties.generalCategory == .control }
        return words.map { String($0) }.joined(separator: " ")
    }
}
