import Foundation
import Spec

/// Finds the words of a query in a text as the index does, to show people the place.
struct SearchMatcher {
    private struct Term {
        var words: [String]
        var isPrefix: Bool
    }

    private struct Word {
        var folded: String
        var range: Range<String.Index>
    }

    /// Characters of a snippet, and how many of them stand before the first match.
    private static let (length, lead) = (200, 40)

    private let terms: [Term]
    private let longestTerm: Int

    init(_ query: SearchQuery) {
        terms = query.terms.map { term in
            Term(words: Words(of: term.text, from: term.text.startIndex).map(\.folded), isPrefix: term.isPrefix)
        }.filter { !$0.words.isEmpty }
        longestTerm = terms.map(\.words.count).max() ?? 0
    }

    /// The surroundings of the first match as one line, and what matches there in UTF-16 units; the beginning of the
    /// text when nothing does.
    func snippet(of text: String) -> (text: String, matches: [Range<Int>]) {
        let first = matches(in: text, from: text.startIndex) { _ in true }.first?.lowerBound ?? text.startIndex
        let start = text.index(first, offsetBy: -Self.lead, limitedBy: text.startIndex) ?? text.startIndex
        let end = text.index(start, offsetBy: Self.length, limitedBy: text.endIndex) ?? text.endIndex
        let shown = String(text[start..<end])
        let ranges = matches(in: shown, from: shown.startIndex) { _ in false }.map { range in
            range.lowerBound.utf16Offset(in: shown)..<range.upperBound.utf16Offset(in: shown)
        }
        return (Self.oneLine(shown), ranges)
    }

    /// Ranges in order without overlaps, until `isEnough` says so after one.
    private func matches(
        in text: String, from start: String.Index, until isEnough: (Range<String.Index>) -> Bool
    ) -> [Range<String.Index>] {
        var found: [Range<String.Index>] = []
        var window: [Word] = []
        func takeFirst() -> Bool {
            defer { window.removeFirst() }
            guard let range = match(at: window) else { return false }
            if let last = found.last, range.lowerBound < last.upperBound {
                found[found.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                found.append(range)
            }
            return isEnough(range)
        }
        for word in Words(of: text, from: start) {
            window.append(word)
            if window.count == longestTerm, takeFirst() { return found }
        }
        while !window.isEmpty {
            if takeFirst() { return found }
        }
        return found
    }

    /// The longest term that begins with the first of `words`.
    private func match(at words: [Word]) -> Range<String.Index>? {
        terms.filter { term in
            guard term.words.count <= words.count else { return false }
            return zip(term.words, words).enumerated().allSatisfy { index, pair in
                index == term.words.count - 1 && term.isPrefix
                    ? pair.1.folded.hasPrefix(pair.0) : pair.1.folded == pair.0
            }
        }.map(\.words.count).max().map { words[0].range.lowerBound..<words[$0 - 1].range.upperBound }
    }

    /// Line breaks and other control characters become spaces; no length changes.
    private static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isBreak = scalar.properties.generalCategory == .control || ["\u{2028}", "\u{2029}"].contains(scalar)
            line.append(isBreak ? " " : scalar)
        }
        return String(line)
    }

    /// The words of a text from `start` on, one at a time.
    private struct Words: Sequence, IteratorProtocol {
        private let text: String.UnicodeScalarView
        private var index: String.Index

        init(of text: String, from start: String.Index) {
            self.text = text.unicodeScalars
            index = start
        }

        mutating func next() -> Word? {
            guard let start = text[index...].firstIndex(where: SearchText.isPartOfWord) else { return nil }
            var end = text.index(after: start)
            if !SearchText.standsAlone(text[start]) {
                end = text[end...].firstIndex { !Self.continuesWord($0) } ?? text.endIndex
            }
            index = end
            let folded = String(text[start..<end]).folding(
                options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
            return Word(folded: folded, range: start..<end)
        }

        private static func continuesWord(_ scalar: Unicode.Scalar) -> Bool {
            let isMark = scalar.properties.generalCategory == .nonspacingMark
            return isMark || (SearchText.isPartOfWord(scalar) && !SearchText.standsAlone(scalar))
        }
    }
}
