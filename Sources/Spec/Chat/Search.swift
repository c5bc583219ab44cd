/// What to look for in titles and messages. Every term has to be found.
package struct SearchQuery: Sendable, Hashable {
    /// One or several words in a row.
    package struct Term: Sendable, Hashable {
        package var text: String
        /// Whether its last word may be the beginning of a longer one.
        package var isPrefix: Bool

        package init(text: String, isPrefix: Bool) {
            self.text = text
            self.isPrefix = isPrefix
        }
    }

    package var terms: [Term]

    package init(terms: [Term]) { self.terms = terms }

    /// Reads what a person typed: words are prefixes, what stands in double quotes is a phrase. Any text can be read;
    /// a quote that is not closed ends with the text.
    package init(_ typed: String) {
        var terms: [Term] = []
        // Odd parts stand in quotes.
        for (index, part) in typed.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) {
                terms += part.split(whereSeparator: \.isWhitespace).map { Term(text: String($0), isPrefix: true) }
            } else {
                terms.append(Term(text: String(part), isPrefix: false))
            }
        }
        self.terms = terms
    }
}

/// A place in the results of a search; opaque to its clients.
package typealias SearchCursor = Int64

/// One title or message that was found.
package struct SearchHit: Sendable, Hashable {
    package var conversation: Conversation
    /// nil when it is the title.
    package var message: MessageID?
    /// The part of the text around the first match, as one line.
    package var snippet: String
    /// What matched, in UTF-16 units of the snippet.
    package var matches: [Range<Int>]

    package init(conversation: Conversation, message: MessageID?, snippet: String, matches: [Range<Int>]) {
        self.conversation = conversation
        self.message = message
        self.snippet = snippet
        self.matches = matches
    }
}

package struct SearchPage: Sendable {
    package var hits: [SearchHit]
    /// Where the next page begins; nil after the last.
    package var next: SearchCursor?

    package init(hits: [SearchHit], next: SearchCursor?) {
        self.hits = hits
        self.next = next
    }
}
